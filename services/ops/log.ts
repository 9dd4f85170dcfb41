/**
 * Structured logs, one line each, with the session, room, person and connection they belong to: those of the context
 * (services/context.ts), unless a line says so itself. A line that belongs to a session also goes to that session's own
 * log, at a level of its own. An error class that could flood goes through `limited`: at most one line a second, with the
 * number of those left out, in each of the places it goes to: a flood in one session hides no line of another.
 */
import pino, { type DestinationStream } from "pino";
import type { Config } from "../../config.ts";
import { apart, currentContext, type Environment } from "../context.ts";
import { Limiter } from "./limiter.ts";

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

/** Says of a message that a client sent. There are so many that in a session's log they stand apart from the rest. */
export const messageLine = "message";

/** Takes one line of a session, a JSON object without its end. Never throws. */
export type SessionSink = (session: string, file: Environment | "messages", line: string) => void;

export interface LogOptions {
  /** Standard output unless a test takes the lines. */
  destination?: DestinationStream;
  /** Where a session's lines go as well. */
  sink?: SessionSink | undefined;
  now?: () => number;
}

type LogConfig = Pick<Config, "logLevel" | "logFormat" | "dev"> &
  Partial<Pick<Config, "port" | "sharedPort" | "sessionLogLevel">>;

/** Where a line is to go. */
type Way = { readonly output: boolean; readonly session: boolean };

/** Of several processes each names its number. */
export function createLog(
  config: LogConfig,
  { destination = process.stdout, sink, now = Date.now }: LogOptions = {},
): Log {
  const readable =
    config.logFormat === "text" || (config.logFormat === "auto" && (config.dev || !!process.stdout.isTTY));
  const { port = 0, sharedPort = 0, sessionLogLevel = "silent" } = config;
  const base = sharedPort ? { process: port - sharedPort } : null;
  const least = { output: weightOf(config.logLevel), session: sink ? weightOf(sessionLogLevel) : weightOf("silent") };
  let way: Way = { output: true, session: false };
  const stream = {
    // has pino say what a line is made of
    [Symbol.for("pino.metadata")]: true,
    lastObj: {} as Fields,
    lastMsg: "" as string | undefined,
    write(line: string) {
      if (way.output) destination.write(readable ? toText(line) : line);
      const { session, environment = "server" } = this.lastObj;
      // what keeps it keeps it for all
      const file = this.lastMsg === messageLine ? "messages" : (environment as Environment);
      if (way.session) apart(() => sink!(String(session), file, line.trimEnd()));
    },
  };
  const level = least.session < least.output ? sessionLogLevel : config.logLevel;
  const logger = pino({ level, base, errorKey: "error", mixin: contextOf }, stream);

  const wayOf = (of: Level, fields: Fields): Way => {
    const weight = weightOf(of);
    return {
      output: weight >= least.output,
      session: weight >= least.session && sessionOf(fields) !== undefined,
    };
  };
  return wrap(wayOf, now, (of, fields, message, by) => {
    way = by;
    logger[of](fields, message);
  });
}

type Write = (level: Level, fields: Fields, message: string, way: Way) => void;

function wrap(wayOf: (level: Level, fields: Fields) => Way, now: () => number, send: Write): Log {
  const limiter = new Limiter();
  const write = (level: Level) => (fields: Fields, message: string) => {
    const way = wayOf(level, fields);
    if (way.output || way.session) send(level, fields, message, way);
  };
  const limited = (level: Level, fields: Fields, message: string, left: number | undefined, way: Way) => {
    if (left !== undefined) send(level, left > 0 ? { ...fields, suppressed: left } : fields, message, way);
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    limited(level, kind, fields, message) {
      const { output, session } = wayOf(level, fields);
      const at = now();
      const left = output ? limiter.take(kind, at) : undefined;
      const leftOfSession = session ? limiter.take(`${sessionOf(fields)} ${kind}`, at) : undefined;
      if (left === leftOfSession) return limited(level, fields, message, left, { output, session });
      limited(level, fields, message, left, { output, session: false });
      limited(level, fields, message, leftOfSession, { output: false, session });
    },
  };
}

const weightOf = (level: Config["logLevel"]): number => pino.levels.values[level] ?? Number.POSITIVE_INFINITY;

function sessionOf({ session = currentContext()?.session }: Fields): unknown {
  return session;
}

/**
 * What a line takes from the context: nothing where it says that it belongs to another session, and no connection where it
 * is about another person.
 */
function contextOf(fields: object): object {
  const context = currentContext();
  const { session, person } = fields as Fields;
  if (!context || (session !== undefined && session !== context.session)) return {};
  const { connection, ...known } = context;
  const isOther = person !== undefined && person !== context.person;
  return { ...known, ...(connection !== undefined && !isOther && { connection }), doing: context.doing.join(" > ") };
}

/** The log of what sessions share: its lines belong to none of them, whoever happened to cause them. */
export function apartFrom(log: Log): Log {
  const out =
    <A extends unknown[]>(write: (...args: A) => void) =>
    (...args: A) =>
      apart(() => write(...args));
  return {
    debug: out(log.debug),
    info: out(log.info),
    warn: out(log.warn),
    error: out(log.error),
    limited: out(log.limited),
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
