/**
 * Log lines of this page or process on their way to the server, if `connect` was told to send them: at most 200 wait, and
 * go in batches, one a second at most. Those that do not fit are counted, the oldest first.
 */
import { type ClientLine, type ClientLines, logLimits } from "../schema/clientLogs.ts";
import { captureConsole, captureErrors, type Take } from "./capture.ts";
import type { ConnectOptions } from "./types.ts";

const maxWaiting = 200;
const everyMs = 1000;
/** A stack is told beside the text, and takes what that leaves. */
const maxTextBytes = 1200;
/** What a line costs beside its text. */
const lineHeadBytes = 64;

const encoder = new TextEncoder();

export interface LogsOptions {
  environment: ClientLines["environment"];
  /** Whether it went out: there may be no room yet to send it by. */
  send(batch: ClientLines): boolean;
}

export class Logs {
  readonly #options: LogsOptions;
  readonly #waiting: ClientLine[] = [];
  #dropped = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LogsOptions) {
    this.#options = options;
  }

  readonly take: Take = (level, text, stack, isLast = false) => {
    const short = cut(text, maxTextBytes);
    const rest = logLimits.lineBytes - encoder.encode(short).length;
    this.#waiting.push({ at: Date.now(), level, text: short, ...(stack !== undefined && { stack: cut(stack, rest) }) });
    if (this.#waiting.length > maxWaiting) {
      this.#waiting.shift();
      this.#dropped++;
    }
    if (isLast) this.flush();
    else this.#plan();
  };

  /** Sends a batch now, if it can. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#nextBatch();
    if (lines.length === 0) return;
    const { environment, send } = this.#options;
    this.#sentAt = performance.now();
    if (send({ environment, lines, ...(this.#dropped > 0 && { dropped: this.#dropped }) })) {
      this.#waiting.splice(0, lines.length);
      this.#dropped = 0;
    }
    this.#plan();
  }

  close(): void {
    this.flush();
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #plan(): void {
    if (this.#timer !== undefined || this.#waiting.length === 0) return;
    const waitMs = Math.max(0, this.#sentAt + everyMs - performance.now());
    this.#timer = setTimeout(() => this.flush(), waitMs);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #nextBatch(): ClientLine[] {
    let bytes = 0;
    const first = this.#waiting.slice(0, logLimits.batchLines);
    const end = first.findIndex(({ text, stack = "" }) => {
      bytes += encoder.encode(text + stack).length + lineHeadBytes;
      return bytes > logLimits.batchBytes;
    });
    return end < 0 ? first : first.slice(0, end);
  }
}

/** Begins to send what `logs` asks for. Returns how it ends. */
export function openLogs(
  wanted: NonNullable<ConnectOptions["logs"]>,
  send: LogsOptions["send"],
): (() => void) | undefined {
  if (!wanted) return undefined;
  const { console = true, errors = true } = wanted === true ? {} : wanted;
  const isPage = typeof document !== "undefined";
  const logs = new Logs({ environment: isPage ? "browser" : "node", send });
  const ends = [console && captureConsole(logs.take), errors && captureErrors(logs.take)];
  const onHide = () => logs.flush();
  if (isPage) addEventListener("pagehide", onHide);
  return () => {
    for (const end of ends) if (end) end();
    if (isPage) removeEventListener("pagehide", onHide);
    logs.close();
  };
}

/** At most `bytes` of UTF-8, at the end of a character. */
function cut(text: string, bytes: number): string {
  const whole = text.toWellFormed();
  return whole.slice(0, encoder.encodeInto(whole, new Uint8Array(Math.max(0, bytes))).read);
}
