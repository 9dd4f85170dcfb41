/**
 * How many people are where, asked every few seconds while the page is seen: `GET /status` for all, `GET /session/:slug`
 * for each piece shown. The page does without when there is no answer.
 */

const everyMs = 5000;

export type Status = {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly people: number;
  /** People by slug, for the slugs that were asked for. */
  readonly here: ReadonlyMap<string, number>;
};

/** Calls back with each answer, and with undefined when there was none. */
export function watchStatus(slugs: readonly string[], listener: (status: Status | undefined) => void): void {
  const ask = async () => {
    if (document.hidden) return;
    listener(await askStatus(slugs).catch(() => undefined));
  };
  void ask();
  setInterval(ask, everyMs);
  document.addEventListener("visibilitychange", ask);
}

async function askStatus(slugs: readonly string[]): Promise<Status> {
  const [status, ...sessions] = await Promise.all([
    getJson<Omit<Status, "here">>("/status"),
    ...slugs.map((slug) => getJson<{ counts: { people: number } }>(`/session/${slug}`)),
  ]);
  return { ...status, here: new Map(slugs.map((slug, i) => [slug, sessions[i]!.counts.people])) };
}

async function getJson<T>(path: string): Promise<T> {
  const response = await fetch(path, { signal: AbortSignal.timeout(everyMs) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
}

export function uptimeText(seconds: number): string {
  if (seconds < 3600) return `up ${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `up ${Math.floor(seconds / 3600)} h` : `up ${Math.floor(seconds / 86_400)} days`;
}
