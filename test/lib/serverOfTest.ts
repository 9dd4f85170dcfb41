/** A server of one test, which ends with it. */
import { onTestFinished } from "vitest";
import { type LaunchOptions, startTestServer, type TestServer } from "./server.ts";

export async function serverOfTest(options: LaunchOptions = {}): Promise<TestServer> {
  const server = await startTestServer(options);
  onTestFinished(async () => {
    await server.stop();
  });
  return server;
}
