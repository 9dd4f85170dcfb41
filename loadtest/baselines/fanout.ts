/**
 * The floor under a chat: a bare `ws` server that sends each message it gets to everyone who is connected, and does nothing
 * else. A process of its own: it says which port it took and answers each message with its CPU time and memory.
 */
import { WebSocketServer } from "ws";
import { host, tellParent } from "./parent.ts";

const server = new WebSocketServer({ port: 0, host, perMessageDeflate: false });
server.on("connection", (socket) => {
  socket.on("error", () => socket.terminate());
  socket.on("message", (bytes: Buffer) => {
    for (const client of server.clients) client.send(bytes, { binary: true });
  });
});
server.on("listening", () => tellParent((server.address() as { port: number }).port));
