/** The baseline of many a tutorial: a Socket.IO server that relays each move to everyone else, as one writes it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { host, tellParent } from "./parent.ts";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false });
io.on("connection", (socket) => {
  socket.on("move", (pose: { id: number; x: number; y: number }) => socket.broadcast.emit("move", pose));
});
http.listen(0, host, () => tellParent((http.address() as AddressInfo).port));
