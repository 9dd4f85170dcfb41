/** Loaded into a server before it starts: at SIGUSR2 it writes the most bytes that ever waited in one of its WebSockets. */
import { WebSocket } from "ws";

let most = 0;
type Send = (this: WebSocket, ...args: unknown[]) => void;
const prototype = WebSocket.prototype as unknown as { send: Send };
const { send } = prototype;
prototype.send = function (...args) {
  send.apply(this, args);
  most = Math.max(most, this.bufferedAmount);
};

process.on("SIGUSR2", () => console.log(`most ${most}`));
