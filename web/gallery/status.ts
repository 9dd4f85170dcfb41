/**
 * How many people are where, asked from `GET /status` every few seconds while the page is seen. The page does without
 * when there is no answer.
 */

const everyMs = 5000;

export type Room = { readonly kind: string; readonly name: string; readonly people: number };
export type Status = {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly people: number;
  /** Undefined where the server does not tell. */
  readonly rooms: readonly Room[] | undefined;
};

/** Calls back with each answer, and with undefined when there was none. */
export function watchStatus(listener: (status: Status | undefined) => void): void {
  const ask = async () => {
    if (document.hidden) return;
    try {
      const response = await fetch("/status", { signal: AbortSignal.timeout(everyMs) });
      listener(response.ok ? readStatus(await response.json()) : undefined);
    } catch {
      listener(undefined);
    }
  };
  void ask();
  setInterval(ask, everyMs);
  document.addEventListener("visibilitychange", ask);
}

function readStatus(answer: Status): Status {
  return { ...answer, rooms: Array.isArray(answer.rooms) ? answer.rooms : undefined };
}

/** People in a world; 0 if nobody ever opened it, undefined if it is not known. */
export function peopleIn(status: Status | undefined, slug: string): number | undefined {
  if (!status?.rooms) return undefined;
  return status.rooms.find(({ kind, name }) => kind === "world" && name === slug)?.people ?? 0;
}

export function uptimeText(seconds: number): string {
  if (seconds < 3600) return `up ${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `up ${Math.floor(seconds / 3600)} h` : `up ${Math.floor(seconds / 86_400)} days`;
}
