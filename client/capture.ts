/**
 * Listens to what a page or a process says by itself: its console, which goes on as before, and errors that nobody caught.
 * Whether such an error ends the process is none of its business.
 */
import type { LogLevel } from "../schema/clientLogs.ts";

/** `isLast`: there may be no time for more. */
export type Take = (level: LogLevel, text: string, stack?: string, isLast?: boolean) => void;

const methods = { debug: "debug", log: "info", info: "info", warn: "warn", error: "error" } as const;
type Method = keyof typeof methods;
type Print = (...args: unknown[]) => void;

/** Values shown of one thing that is logged. */
const maxValues = 500;

const takers = new Set<Take>();
/** What stands in the console's place, and what stood there before. */
const wrapped = new Map<Method, { wrapper: Print; original: Print }>();
let isTaking = false;

/** Returns what ends it. */
export function captureConsole(take: Take): () => void {
  for (const method of Object.keys(methods) as Method[]) if (!wrapped.has(method)) wrap(method);
  takers.add(take);
  return () => {
    takers.delete(take);
    if (takers.size === 0) for (const method of wrapped.keys()) unwrap(method);
  };
}

/** Where others have put something in its place since, it stays below that, and passes on. */
function unwrap(method: Method): void {
  const { wrapper, original } = wrapped.get(method)!;
  if (console[method] !== wrapper) return;
  console[method] = original;
  wrapped.delete(method);
}

function wrap(method: Method): void {
  const original: Print = console[method];
  const wrapper: Print = (...args) => {
    original.apply(console, args);
    if (isTaking || takers.size === 0) return;
    isTaking = true; // what is said by those who take it is not taken
    try {
      const stack = args.find((arg) => arg instanceof Error)?.stack;
      const text = args.map(show).join(" ");
      for (const take of takers) take(methods[method], text, stack);
    } catch {
      // whatever was to be shown: a page's log must not break the page
    } finally {
      isTaking = false;
    }
  };
  console[method] = wrapper;
  wrapped.set(method, { wrapper, original });
}

/** Returns what ends it. */
export function captureErrors(take: Take): () => void {
  const tell = (error: unknown, isLast = false) =>
    take("error", show(error), error instanceof Error ? error.stack : undefined, isLast);
  if (typeof document === "undefined") return captureInNode((error) => tell(error, true));
  const onError = ({ error, message }: ErrorEvent) => tell(error ?? message);
  const onRejection = ({ reason }: PromiseRejectionEvent) => tell(reason);
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onRejection);
  return () => {
    removeEventListener("error", onError);
    removeEventListener("unhandledrejection", onRejection);
  };
}

/** The monitor sees what ends the process, rejections among it, and changes nothing. */
function captureInNode(tell: (error: unknown) => void): () => void {
  const { process } = globalThis as { process?: Pick<NodeJS.Process, "on" | "off"> };
  process?.on?.("uncaughtExceptionMonitor", tell);
  return () => void process?.off?.("uncaughtExceptionMonitor", tell);
}

function show(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== "object" || value === null) return String(value);
  let left = maxValues;
  try {
    const text = JSON.stringify(value, (_, inner) => {
      if (left-- <= 0) throw new Error("too much");
      return inner;
    });
    return text ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
