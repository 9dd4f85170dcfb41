/**
 * What is open, in all processes (OP1): every room that anyone is in, and every audio session, as who hears one by HTTP
 * holds no seat. Presence knows of all seats; of its sessions each process tells.
 */
import type { Request, Response } from "express";
import type { RoomSummary } from "../schema/operations.ts";
import type { Cluster } from "../services/cluster/cluster.ts";
import { figuresOf } from "../services/ops/roomMetrics.ts";
import type { RoomKey } from "../services/presence/crowd.ts";
import type { Presence } from "../services/presence/presence.ts";
import type { Sessions } from "../services/sessions/sessions.ts";
import { type Asking, askOthers } from "./ask.ts";
import { hopsOf } from "./peers.ts";

export interface Listing {
  presence: Presence;
  cluster: Cluster;
  sessions: Sessions;
  asking: Asking;
}

/** The fullest first. Another process that asks is told of the sessions here. */
export async function listRooms(services: Listing, req: Request, res: Response): Promise<RoomSummary[]> {
  const here = sessionsHere(services);
  if (hopsOf(res) > 0) return here;
  const elsewhere = await askOthers<RoomSummary[]>(services.asking, req, res, req.headers);
  const all = [...withPeople(services, [...elsewhere.flat(), ...here]).values()];
  const heard = ({ listeners = 0 }: RoomSummary) => listeners;
  return all.sort((a, b) => b.people - a.people || heard(b) - heard(a) || (a.room < b.room ? -1 : 1));
}

function sessionsHere({ presence, cluster, sessions }: Listing): RoomSummary[] {
  return [...sessions.all].map((session) => {
    const room = session.key as RoomKey;
    const { name } = session;
    const { listeners } = session.heardBy();
    return { room, process: cluster.id, ...figuresOf(presence, room), invisible: 0, name, listeners };
  });
}

function withPeople({ presence, cluster }: Listing, sessions: readonly RoomSummary[]): Map<string, RoomSummary> {
  const all = new Map(sessions.map((one) => [one.room, one]));
  const processes = new Map<string, string>();
  for (const { room, origin } of presence.seats()) processes.set(room, origin || cluster.id);
  for (const room of presence.rooms()) {
    const invisible = presence.invisible(room).length;
    const process = processes.get(room) ?? "";
    all.set(room, { ...all.get(room), room, process, ...figuresOf(presence, room), invisible });
  }
  return all;
}
