/**
 * One run of the carrier's process, as the rooms' process sees it. `end` is called once, whether the process exits, is
 * killed or hangs: one that leaves four beats unanswered is killed. A rooms' process that was itself held up does not
 * mistake that for a hang: it counts the beats that it sent, not the time.
 */
import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { createLink, type Link } from "./link.ts";
import type { ChildOptions, ToChild, ToParent } from "./messages.ts";

const beatMs = 400;
const beatsUntilHung = 4;
/** Reading the native library from a slow disk takes a while. */
const beatsUntilStarted = 50;
const stopMs = 2000;

export interface Child {
  readonly pid: number;
  readonly link: Link<ToChild>;
  /** Ends it at once, and tells so. */
  kill(reason: string): void;
  /** Lets go of its peers and waits until it is gone. */
  stop(): Promise<void>;
}

type Events = {
  message(message: ToParent): void;
  datagram(peer: number, bytes: Uint8Array): void;
  end(reason: string): void;
  /** After `end`, unless stopped: how the process ended, and the last that it wrote to standard error. */
  exit(how: string, words: string): void;
};

export function startChild(options: ChildOptions, on: Events): Child {
  const path = fileURLToPath(new URL("./process.ts", import.meta.url));
  const child = spawn(process.execPath, [path, JSON.stringify(options)], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: {}, // it needs no setting and no secret
  });
  const socket = child.stdio[3] as Socket;
  const exited = new Promise<void>((resolve) => {
    child.on("exit", () => resolve());
    child.on("error", () => resolve());
  });
  let words = "";
  let unanswered = 0;
  let isUp = false;
  let isOver = false;
  let isStopped = false;

  const link = createLink<ToParent, ToChild>(socket, {
    datagram: on.datagram,
    control(message) {
      unanswered = 0;
      if (message.type === "up") isUp = true;
      on.message(message);
    },
  });
  const beats = setInterval(() => {
    if (unanswered >= (isUp ? beatsUntilHung : beatsUntilStarted)) return over("hung");
    unanswered++;
    link.control({ type: "beat" });
  }, beatMs);

  function over(reason: string): void {
    if (isOver) return;
    isOver = true;
    clearInterval(beats);
    socket.destroy();
    child.kill("SIGKILL");
    on.end(reason);
  }

  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-500);
  });
  child.on("error", (error) => over(error.message));
  child.on("exit", () => over("ended"));
  child.on("close", (code, signal) => {
    if (!isStopped) on.exit(`${signal ?? code}`, words);
  });
  socket.on("error", () => {}); // closes it
  socket.on("close", () => over("closed its socket"));

  return {
    pid: child.pid ?? 0,
    link,
    kill: over,
    async stop() {
      isOver = isStopped = true;
      clearInterval(beats);
      const timer = setTimeout(() => child.kill("SIGKILL"), stopMs);
      socket.end();
      await exited;
      clearTimeout(timer);
    },
  };
}
