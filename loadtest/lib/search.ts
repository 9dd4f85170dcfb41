/** The most that still holds, found by doubling and then by halving what is left between. Pure but for what it tries. */

/** `unknown`: nothing can be said of this size, nor of larger ones. */
export type Trial = { outcome: "holds" | "fails" | "unknown"; why: string };

export type Found = {
  /** The largest that held; 0 if the first did not. */
  holds: number;
  /** Why it is not more: by the smallest that did not hold, else because the most did or the search was ended. */
  bound: "fails" | "unknown" | "most" | "ended";
  /** The smallest that did not hold, and what was said of it; nothing if none was found. */
  above: { size: number; why: string } | undefined;
};

export type SearchRange = {
  from: number;
  most: number;
  /** It is exact enough once what does not hold is at most so many times what does. */
  within: number;
  /** Whether there is time to try that size; there always is if left out. */
  mayTry?(size: number): boolean;
};

/** `attempt` gives undefined if it was stopped: then the search is over, as when there is no more time. */
export async function findMost(
  attempt: (size: number) => Promise<Trial | undefined>,
  { from, most, within, mayTry = () => true }: SearchRange,
): Promise<Found> {
  let holds = 0;
  let above: (Trial & { size: number }) | undefined;
  const isExact = () =>
    above && (holds === 0 ? above.size <= 2 : above.size / holds <= within || above.size - holds <= 1);
  for (let size = from; ; size = above ? Math.max(2, Math.round((holds + above.size) / 2)) : Math.min(most, size * 2)) {
    const trial = mayTry(size) ? await attempt(size) : undefined;
    if (trial?.outcome === "holds") holds = size;
    else if (trial) above = { ...trial, size };
    if (!above && holds >= most) return { holds, bound: "most", above: undefined };
    if (trial && !isExact()) continue;
    if (!above) return { holds, bound: "ended", above: undefined };
    const { outcome, why } = above;
    return { holds, bound: outcome === "fails" ? "fails" : "unknown", above: { size: above.size, why } };
  }
}
