/** Asks another process whether it lives. Tells a closed port from a silent one, and a silent one from none at all. */
import { get } from "node:http";
import type { Socket } from "node:net";
import type { Alive } from "./cluster.ts";
import type { Outcome } from "./members.ts";

const answerMs = 1000;
const maxBytes = 1000;

export function probe(peerUrl: string): Promise<Outcome> {
  return new Promise((resolve) => {
    let isConnected = false;
    const request = get(`${peerUrl}/cluster/alive`, { agent: false, timeout: answerMs }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
        if (text.length > maxBytes) request.destroy();
      });
      answer.on("end", () => end(toAlive(text)));
      answer.on("error", () => end("silent"));
    });
    const end = (outcome: Outcome) => {
      clearTimeout(late);
      resolve(outcome);
      request.destroy();
    };
    const late = setTimeout(() => end(isConnected ? "silent" : "unreachable"), answerMs);
    request.on("socket", (socket: Socket) => socket.once("connect", () => (isConnected = true)));
    request.on("error", ({ code }: NodeJS.ErrnoException) => {
      end(code === "ECONNREFUSED" ? "refused" : isConnected ? "silent" : "unreachable");
    });
  });
}

/** Somebody else's answer is that of another process. */
function toAlive(text: string): Alive {
  const other: Alive = { id: "", isServing: false, isUp: false, upMs: 0 };
  try {
    return { ...other, ...(JSON.parse(text) as Alive) };
  } catch {
    return other;
  }
}
