/**
 * How hereabouts says no: a code of the error table (errorTable.ts) with the case at hand, the same on both sides.
 */
import { type ErrorEntry, errorTable } from "./errorTable.ts";

export { errorTable };

/** A code of the error table: each is explained in docs/ERRORS.md. */
export type ErrorCode = keyof typeof errorTable;

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorTable, code);
}

/** What travels to a client that was refused. `retryAfterMs` only with TOO_FAST and BUSY. */
export type Refusal = { code: ErrorCode; message: string; remedy: string; retryAfterMs?: number; of?: string };

/**
 * The one error class of hereabouts, on both sides. `code` is a key of the table, `details` names the case at hand.
 *
 * @example
 * ```ts
 * import { connect, HereaboutsError } from "hereabouts/client";
 *
 * const here = await connect("http://localhost:2567");
 * try {
 *   await (await here.chat("meadow")).say("hello");
 * } catch (error) {
 *   if (!(error instanceof HereaboutsError)) throw error;
 *   if (error.code === "TOO_FAST") console.log("again in", error.retryAfterMs, "ms");
 *   else console.log(error.message); // what was refused, and what to do
 * }
 * ```
 */
export class HereaboutsError extends Error {
  override readonly name = "HereaboutsError";
  readonly code: ErrorCode;
  /** The case at hand, in words; empty where the code says all. */
  readonly details: string;
  /** When to try again, with TOO_FAST and BUSY; else undefined. */
  readonly retryAfterMs: number | undefined;

  /** Its message is that of the table, the details, and what to do. */
  constructor(code: ErrorCode, details = "", options: { retryAfterMs?: number; cause?: unknown } = {}) {
    const entry = errorTable[code];
    super(`${entry.message}${details ? ` ${details}` : ""} ${entry.remedy}`, { cause: options.cause });
    this.code = code;
    this.details = details;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** As HTTP has it. */
  get status(): number {
    return errorTable[this.code].status;
  }

  /** The refusal to send. `of` names the message that was refused. */
  toRefusal(of?: string): Refusal {
    const entry: ErrorEntry = errorTable[this.code];
    const refusal: Refusal = {
      code: this.code,
      message: this.details ? `${entry.message} ${this.details}` : entry.message,
      remedy: entry.remedy,
    };
    if (this.retryAfterMs !== undefined) refusal.retryAfterMs = this.retryAfterMs;
    if (of !== undefined) refusal.of = of;
    return refusal;
  }

  /** The error behind a refusal: INTERNAL for a code that only the other side's version knows. */
  static fromRefusal({ code, message = "", retryAfterMs }: Partial<Refusal>): HereaboutsError {
    if (!isErrorCode(code)) return new HereaboutsError("INTERNAL", message);
    const entry: ErrorEntry = errorTable[code];
    const details = message.startsWith(entry.message) ? message.slice(entry.message.length).trim() : message;
    return new HereaboutsError(code, details, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
}

/** A refusal as one line, for where Colyseus has room for no more: `fromLine` reads it. */
export function toLine(error: HereaboutsError): string {
  const again = error.retryAfterMs === undefined ? "" : ` (again in ${error.retryAfterMs} ms)`;
  return `${error.code}: ${error.toRefusal().message}${again}`;
}

const linePattern = /^([A-Z_]+): (.*?)(?: \(again in (\d+) ms\))?$/s;

/** Undefined for a line of anything else. */
export function fromLine(line: string): HereaboutsError | undefined {
  const [, code, message, again] = linePattern.exec(line) ?? [];
  if (!isErrorCode(code)) return undefined;
  return HereaboutsError.fromRefusal({ code, message: message!, ...(again && { retryAfterMs: Number(again) }) });
}

/** The code behind a WebSocket close code of the table. */
export function codeOfClose(close: number): ErrorCode | undefined {
  for (const [code, entry] of Object.entries(errorTable) as [ErrorCode, ErrorEntry][]) {
    if (entry.close === close) return code;
  }
  return undefined;
}

/** Close code of an error that ends a connection; 4000 (a plain leave) for one that does not. */
export function closeOf(code: ErrorCode): number {
  return (errorTable[code] as ErrorEntry).close ?? 4000;
}
