/**
 * A server that sends poses and a client that receives them, over datagrams and over WebSockets at the same time, as two
 * programs that can run in different network namespaces of one machine. What they say to whoever started them is fixed
 * here, so that a pair can be exchanged for another and measured in the same way.
 */
import type { ChildProcess } from "node:child_process";
import type { Percentiles } from "./histogram.ts";
import { UsageError } from "./usage.ts";

/** Files of the two programs. Each is started with its task as JSON, and says over IPC what its type below says. */
export type Pair = { readonly sender: string; readonly receiver: string };

export type Load = { flows: number; rate: number; bytes: number };
export type SenderTask = Load & { host: string };
export type ReceiverTask = Load & { url: string };

/** Said once it listens. */
export type SenderReady = { url: string };
/** Said once every flow gets poses over both carriers. */
export type ReceiverReady = { ready: true };
export type Measure = { measureMs: number };
export type Carrier = "datagrams" | "webSocket";
/** Ages of the newest pose in ms, as Staleness has them: over the looks of all flows, and of each flow by itself. */
export type CarrierAges = { all: Percentiles; flows: Percentiles[] };
/** Answer to Measure. */
export type Ages = Record<Carrier, CarrierAges>;

/** The next message of a program. Fails if it ends instead, takes longer than `withinMs`, or `signal` aborts. */
export function hear<T>(child: ChildProcess, withinMs: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => () => {
      clearTimeout(timer);
      child.off("message", heard).off("exit", ended);
      signal.removeEventListener("abort", stopped);
      settle();
    };
    const heard = (message: unknown) => end(() => resolve(message as T))();
    const ended = end(() => reject(new UsageError("A program of the pair ended before it answered.")));
    const stopped = end(() => reject(new UsageError("Stopped.")));
    const timer = setTimeout(
      end(() => reject(new UsageError("A program of the pair did not answer."))),
      withinMs,
    );
    child.on("message", heard).on("exit", ended);
    signal.addEventListener("abort", stopped);
    if (signal.aborted) stopped();
  });
}
