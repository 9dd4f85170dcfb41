/** What is put down of each second of a load test, for the plots of its report. */

/** One second of a test; NaN or nothing where not known. */
export type Sample = {
  /** s since the first who joined. */
  at: number;
  isMeasured: boolean;
  /** Who are in. */
  people: number;
  /** Of the times in this second, in ms. */
  p50?: number;
  p95?: number;
  p99?: number;
  /** In this second. */
  delivered?: number;
  lost?: number;
  /** Down, a second, each. */
  bytes?: number;
  /** In % of one core. */
  serverCpu: number;
  serverMb: number;
  generatorCpu: number;
  generatorDelay: number;
  /** Least that a player has in its buffer, in s. */
  buffered?: number | undefined;
  /** Seats that are not open, and lists or counts that are not exact. */
  away?: number | undefined;
  wrong?: number | undefined;
};
