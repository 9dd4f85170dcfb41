/**
 * A program to run at one end of a network: sends each UDP datagram back, with its own time and where it came from
 * added, and answers a TCP connection with how many bytes it took once the other end has finished. Prints "listening".
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { now } from "../../loadtest/lib/clock.ts";

export const echoPort = 7000;
export type Echo = { n: number; sentAt: number; echoedAt: number; from: string };

if (import.meta.main) {
  const socket = createSocket("udp4");
  socket.on("message", (message, { address, port }) => {
    const echo: Echo = { ...JSON.parse(message.toString()), echoedAt: now(), from: address };
    socket.send(JSON.stringify(echo), port, address);
  });
  const server = createServer({ allowHalfOpen: true }, async (connection) => {
    let bytes = 0;
    for await (const chunk of connection) bytes += (chunk as Buffer).length;
    connection.end(String(bytes));
  });
  socket.bind(echoPort, () => server.listen(echoPort, "0.0.0.0", () => console.log("listening")));
}
