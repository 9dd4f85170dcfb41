/** What the other processes list, as far as they answer within a second. */
import type { Request, Response } from "express";
import type { SessionType } from "../../schema/audio.ts";
import type { Asking } from "../ask.ts";
import { hopsOf, peerHeader } from "../peers.ts";

const listMs = 1000;

export type Listed = { sessionId: string; type: SessionType; clients: number; created: number };

/** None for one of them that asks. */
export async function listElsewhere({ cluster, peers }: Asking, req: Request, res: Response): Promise<Listed[]> {
  if (hopsOf(res) > 0) return [];
  const others = cluster.members().filter(({ id }) => id !== cluster.id);
  const lists = await Promise.all(
    others.map(async ({ peerUrl }): Promise<Listed[]> => {
      try {
        const headers = { [peerHeader]: peers.seal(req, res) };
        const answer = await fetch(new URL(req.path, peerUrl), { headers, signal: AbortSignal.timeout(listMs) });
        return answer.ok ? ((await answer.json()) as { sessions: Listed[] }).sessions : [];
      } catch {
        return []; // part of the list is better than none
      }
    }),
  );
  return lists.flat();
}
