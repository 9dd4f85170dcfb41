/** The floor under a world by WebSocket: a bare `ws` server that takes moves and sends each person one frame a tick. */
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { Floor, tickMs } from "./floor.ts";
import { host, tellParent } from "./parent.ts";

const floor = new Floor();
const server = new WebSocketServer({ port: 0, host, perMessageDeflate: false });
server.on("connection", (socket) => {
  let mover = -1;
  socket.on("error", () => socket.terminate());
  socket.on("message", (bytes: Buffer) => (mover = floor.take(bytes)));
  socket.on("close", () => floor.forget(mover));
});
setInterval(() => {
  const frame = floor.frame();
  for (const client of server.clients) client.send(frame, { binary: true });
}, tickMs);
server.on("listening", () => tellParent((server.address() as AddressInfo).port));
