/** Turns whatever goes wrong between here and the server into the one error class, with a code of the error table. */
import { fromLine, HereaboutsError, isErrorCode, type Refusal } from "../schema/errors.ts";

/** What Colyseus says of it. */
const seatExpired = "seat reservation expired";

/** What Colyseus's SDK, `fetch` or a timer threw. */
export function toKnown(thrown: unknown): HereaboutsError {
  if (thrown instanceof HereaboutsError) return thrown;
  const error = thrown as { name?: string; message?: string; reason?: unknown; code?: unknown };
  if (isRefusal(error.reason)) return HereaboutsError.fromRefusal(error.reason);
  const message = error.message ?? "";
  const known = fromLine(message);
  if (known) return known;
  // a seat that one was too slow to take, in a rush most of all: there will be another
  if (message.startsWith(seatExpired))
    return new HereaboutsError("BUSY", "The seat was not taken in time, or by another process.", { cause: thrown });
  if (message.includes("timed out")) return new HereaboutsError("TIMEOUT", "", { cause: thrown });
  if (error.code === 503) return new HereaboutsError("DRAINING", "", { cause: thrown });
  return new HereaboutsError("UNREACHABLE", message && `(${message})`, { cause: thrown });
}

export function isRefusal(value: unknown): value is Refusal {
  return typeof value === "object" && value !== null && isErrorCode((value as Refusal).code);
}

/** `fetch` of JSON that throws a HereaboutsError for every answer but a good one. */
export async function fetchJson<T>(url: string, init: RequestInit = {}, withinMs = 10_000): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(withinMs) });
  } catch (cause) {
    throw new HereaboutsError("UNREACHABLE", `(${url})`, { cause });
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body as T;
  throw isRefusal(body)
    ? HereaboutsError.fromRefusal(body)
    : new HereaboutsError("UNREACHABLE", `(${response.status})`);
}
