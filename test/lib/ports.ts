/** Port numbers in a row that nobody has right now. */
import { once } from "node:events";
import { createServer } from "node:net";

/** The first of `count` free ones on 127.0.0.1. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 10_000);
    const ports = Array.from({ length: count }, (_, i) => first + i);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const isListening = await Promise.race([
    once(server, "listening").then(() => true),
    new Promise<false>((resolve) => server.once("error", () => resolve(false))),
  ]).catch(() => false);
  if (isListening) await new Promise((closed) => server.close(closed));
  return isListening;
}
