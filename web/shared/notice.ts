/**
 * What to tell about anything that was thrown: its cause and its remedy. Knows no page.
 */

export type Notice = { message: string; remedy: string };

type Refused = Notice & { retryAfterMs?: number };

/** An error of hereabouts knows its remedy; one that asks to wait says for how long. Times are those of the reader. */
export function noticeOf(error: unknown): Notice {
  const refused = refusedOf(error);
  if (!refused) return { message: error instanceof Error ? error.message : String(error), remedy: "" };
  const { remedy, retryAfterMs } = refused;
  const message = withLocalTimes(refused.message);
  if (retryAfterMs === undefined) return { message, remedy };
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return { message, remedy: `Go on in ${seconds === 1 ? "a second" : `${seconds} seconds`}.` };
}

/** How long to wait before trying again; undefined where waiting does not help. */
export function waitOf(error: unknown): number | undefined {
  return refusedOf(error)?.retryAfterMs;
}

/** The code of the error table; undefined for what is not an error of hereabouts. */
export function codeOf(error: unknown): string | undefined {
  return refusedOf(error) ? (error as { code?: string }).code : undefined;
}

/** Times as the server writes them, in the reader's own words. */
function withLocalTimes(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (time) =>
    new Date(time).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }),
  );
}

function refusedOf(error: unknown): Refused | undefined {
  const isOurs = error instanceof Error && "toRefusal" in error && typeof error.toRefusal === "function";
  return isOurs ? (error.toRefusal as () => Refused).call(error) : undefined;
}
