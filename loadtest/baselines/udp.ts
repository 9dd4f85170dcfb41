/** The floor under a world by datagrams: a bare UDP socket, without encryption, that takes moves and sends frames. */
import { createSocket, type RemoteInfo } from "node:dgram";
import { Floor, tickMs } from "./floor.ts";
import { host, tellParent } from "./parent.ts";

const floor = new Floor();
const people = new Map<number, RemoteInfo>();
const socket = createSocket("udp4");
socket.on("message", (bytes, from) => void people.set(floor.take(bytes), from));
setInterval(() => {
  const frame = floor.frame();
  for (const { port, address } of people.values()) socket.send(frame, port, address);
}, tickMs);
socket.bind(0, host, () => tellParent(socket.address().port));
