/** Those beside whom some stop reading: whatever they do, it has times that must stay as they are. */
import type { Histogram } from "../histogram.ts";

export interface Crowd {
  /** What the times are of. */
  readonly times: string;
  /** Everyone is in, and does what they do. */
  begin(): Promise<void>;
  /** Counts anew. */
  measure(): Promise<void>;
  /** What was counted since `measure`. */
  result(): Promise<Counted>;
  /** Someone more, who will stop reading. */
  enter(): Promise<Staller>;
  leave(): Promise<void>;
}

export type Counted = { times: Histogram; lost: string[]; limit: string | undefined };

export interface Staller {
  /** Reads nothing from now on; does what it did before. */
  stopReading(): void;
  drop(): void;
}
