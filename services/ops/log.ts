/**
 * Structured logs, one line each, with the room, person and connection they belong to.
 * An error class that could flood goes through `limited`: at most one line a second, with the number of those left out.
 */
import pino, { type DestinationStream, type Logger } from "pino";
import type { Config } from "../../config.ts";

type Fields = Record<string, unknown>;
type Level = "debug" | "info" | "warn" | "error";

export interface Log {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
  /** At most one line a second per `kind`, whatever the fields; `suppressed` counts those left out since the last one. */
  limited(level: Level, kind: string, fields: Fields, message: string): void;
}

type LogConfig = Pick<Config, "logLevel" | "logFormat" | "dev"> & Partial<Pick<Config, "port" | "sharedPort">>;

/** `destination` is standard output unless a test takes the lines. Of several processes each names its number. */
export function createLog(
  config: LogConfig,
  destination: DestinationStream = process.stdout,
  now: () => number = Date.now,
): Log {
  const readable =
    config.logFormat === "text" || (config.logFormat === "auto" && (config.dev || !!process.stdout.isTTY));
  const { port = 0, sharedPort = 0 } = config;
  const base = sharedPort ? { process: port - sharedPort } : null;
  const options = { level: config.logLevel, base, errorKey: "error" };
  return wrap(pino(options, readable ? { write: (line) => destination.write(toText(line)) } : destination), now);
}

function wrap(logger: Logger, now: () => number): Log {
  const kinds = new Map<string, { next: number; suppressed: number }>();
  const write = (level: Level) => (fields: Fields, message: string) => logger[level](fields, message);
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    limited(level, kind, fields, message) {
      const at = now();
      const seen = kinds.get(kind) ?? { next: 0, suppressed: 0 };
      kinds.set(kind, seen);
      if (at < seen.next) {
        seen.suppressed++;
        return;
      }
      logger[level](seen.suppressed ? { ...fields, suppressed: seen.suppressed } : fields, message);
      seen.next = at + 1000;
      seen.suppressed = 0;
    },
  };
}

/** A line that keeps nothing: for tests and tools. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, limited() {} };

const labels: Record<number, string> = { 20: "debug", 30: "info ", 40: "warn ", 50: "ERROR" };

function toText(line: string): string {
  const { level, time, msg, error, ...rest } = JSON.parse(line) as Fields & { level: number; time: number };
  const fields = Object.entries(rest)
    .map(([key, value]) => ` ${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("");
  const stack = error ? `\n${(error as { stack?: string }).stack ?? JSON.stringify(error)}` : "";
  return `${new Date(time).toTimeString().slice(0, 8)} ${labels[level] ?? level} ${msg}${fields}${stack}\n`;
}
