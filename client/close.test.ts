/** Closing while a busy server has one wait: nobody comes in after they have gone. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { HereaboutsError, toLine } from "../schema/errors.ts";
import { connect } from "./index.ts";

/** A server that lets nobody in for now. */
async function startBusy() {
  const asked: string[] = [];
  const line = toLine(new HereaboutsError("BUSY", "", { retryAfterMs: 20_000 }));
  const server = createServer(({ url }, res) => {
    asked.push(url!);
    const isJoin = url!.startsWith("/matchmake/");
    const me = { id: "me", handle: "guest-me", name: "", guest: true, role: "member", token: "token" };
    res.writeHead(isJoin ? 429 : 200, { "content-type": "application/json", connection: "close" });
    res.end(JSON.stringify(isJoin ? { message: line, error: line } : me));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

it("[SV6] waits in no line any more, and is done at once", async () => {
  const { url, asked } = await startBusy();
  const here = await connect(url, { storage: null, datagrams: false });
  const joins = [here.world("meadow"), here.chat("lobby")].map((join) => join.catch((error: unknown) => error));
  await vi.waitFor(() => expect(asked).toHaveLength(3));
  await here.close();
  for (const error of await Promise.all(joins)) expect(error).toMatchObject({ code: "CLOSED" });
});
