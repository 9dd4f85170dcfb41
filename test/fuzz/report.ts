/** What a run of bad input against a server came to. */
export interface FuzzReport {
  /** How many of each kind were sent. */
  sent: Record<Kind, number>;
  /** How many answers had each HTTP status; "timeout" for none in time. */
  statuses: Record<string, number>;
  /** What was answered with 500 or not at all. */
  failures: string[];
  /** How many seats were closed by each code. */
  closes: Record<string, number>;
  /** Seats closed with another code than 1009, and what they had sent last. */
  lost: string[];
  /** Seats that were open in the end, and how many of those answered an honest request. */
  open: number;
  answering: number;
  /** The HTTP answer that took longest, in ms, and to what. */
  slowest: { ms: number; to: string };
}

export const kinds = [
  "frames",
  "chatFrames",
  "audioFrames",
  "datagrams",
  "oversize",
  "requests",
  "orders",
  "uploads",
  "listens",
  "joins",
  "sockets",
  "webSockets",
] as const;
export type Kind = (typeof kinds)[number];

export function newReport(): FuzzReport {
  return {
    sent: Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>,
    statuses: {},
    failures: [],
    closes: {},
    lost: [],
    open: 0,
    answering: 0,
    slowest: { ms: 0, to: "" },
  };
}

export function count(counts: Record<string, number>, key: string | number): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
