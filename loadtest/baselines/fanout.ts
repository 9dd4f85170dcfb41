/**
 * The floor under a chat: a bare `ws` server that sends each message it gets to everyone who is connected, and does nothing
 * else. A process of its own: it says which port it took and answers each message with its CPU time and memory.
 */
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ port: 0, host: process.env["HOST"] ?? "127.0.0.1", perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.on("error", () => socket.terminate());
  socket.on("message", (bytes: Buffer) => {
    for (const client of server.clients) client.send(bytes, { binary: true });
  });
});
server.on("listening", () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on("message", () => process.send?.({ cpu: process.cpuUsage(), rssBytes: process.memoryUsage.rss() }));
process.on("disconnect", () => process.exit(0));
