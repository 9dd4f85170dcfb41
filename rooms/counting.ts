/** Counts joins by what became of them. */
import { isErrorCode } from "../schema/errors.ts";
import type { Metrics } from "../services/ops/metrics.ts";

const kinds = new Set(["world", "chat", "audio"]);

/** `refusal`: what a client that was not let in is told; none for one that was given a seat. */
export function countJoin({ joins }: Pick<Metrics, "joins">, kind: string, refusal?: unknown): void {
  const code = /^([A-Z_]+): /.exec((refusal as Error | undefined)?.message ?? "")?.[1];
  const outcome = refusal === undefined ? "seat" : isErrorCode(code) ? code : "OTHER";
  joins.inc({ kind: kinds.has(kind) ? kind : "other", outcome });
}
