/** What a page or a bot sends of its own log lines, if it was told to (SE2), and how much of it. */

export const logLimits = {
  /** One line, its stack included. */
  lineBytes: 2048,
  batchLines: 50,
  /** A batch, below the server's limit for a frame. */
  batchBytes: 12_000,
} as const;

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface ClientLine {
  /** ms since the epoch, by the client's own clock. */
  at: number;
  level: LogLevel;
  text: string;
  stack?: string | undefined;
}

export interface ClientLines {
  environment: "browser" | "node";
  lines: ClientLine[];
  /** How many were left out since the last batch. */
  dropped?: number | undefined;
}
