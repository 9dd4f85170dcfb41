/**
 * A program to run at the other end of a network from echo.ts: `udp ADDRESS COUNT` sends datagrams, 2 ms apart, and
 * prints the echoes as JSON; `tcp ADDRESS BYTES` sends bytes and prints how long it took until all were there, in ms.
 */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { now, pause } from "../../loadtest/lib/clock.ts";
import { type Echo, echoPort } from "./echo.ts";

export type Heard = Echo & { heardAt: number };

const everyMs = 2;
/** How long an echo may take. */
const patienceMs = 400;

async function udp(address: string, count: number): Promise<Heard[]> {
  const socket = createSocket("udp4");
  const heard: Heard[] = [];
  socket.on("message", (message) => heard.push({ ...(JSON.parse(message.toString()) as Echo), heardAt: now() }));
  for (let n = 0; n < count; n++) {
    socket.send(JSON.stringify({ n, sentAt: now() }), echoPort, address);
    await pause(everyMs);
  }
  await pause(patienceMs);
  socket.close();
  return heard;
}

async function tcp(address: string, bytes: number): Promise<number> {
  const since = now();
  const connection = connect(echoPort, address).end(Buffer.alloc(bytes));
  const taken = Number(await text(connection));
  if (taken !== bytes) throw new Error(`${taken} of ${bytes} bytes arrived`);
  return now() - since;
}

if (import.meta.main) {
  const [kind, address = "", amount] = process.argv.slice(2);
  console.log(JSON.stringify(await (kind === "udp" ? udp : tcp)(address, Number(amount))));
}
