/** A room as operators see it live (OP2): computed when they ask, so that it costs nothing while nobody looks. */
import type { Client } from "@colyseus/core";
import type { ChannelStats } from "../schema/channel.ts";
import type { LivePerson, LiveRoom, LiveSeat } from "../schema/operations.ts";
import type { Identity } from "../services/identity/person.ts";
import type { LiveSession } from "../services/lifecycle.ts";
import { figuresOf } from "../services/ops/roomMetrics.ts";
import type { RoomKey, Seat } from "../services/presence/crowd.ts";
import { backlogOf } from "./colyseus.ts";
import type { SeatClient } from "./seat.ts";
import type { RoomServices } from "./services.ts";
import type { Traffic } from "./traffic.ts";

const peopleShown = 200;

/** What is asked of a room. */
export interface Watched {
  readonly key: RoomKey;
  readonly roomId: string;
  readonly services: RoomServices;
  readonly traffic: Traffic;
  readonly session?: LiveSession | undefined;
  clientOfSeat(seat: string): SeatClient | undefined;
  statsOf(client: Client): ChannelStats | undefined;
}

export function liveRoom(room: Watched): LiveRoom {
  const { key, roomId, services, traffic, session } = room;
  const { presence, cluster, artifacts } = services;
  const folder = session && artifacts.folder(session.id)?.name;
  const invisible = presence.invisible(key);
  const shown: Identity[] = [];
  for (const { identity } of presence.roster(key)) {
    if (shown.length === peopleShown) break;
    shown.push(identity);
  }
  return {
    room: key,
    roomId,
    process: cluster.id,
    at: services.now(),
    counts: { ...figuresOf(presence, key), invisible: invisible.length },
    perSecond: traffic.perSecond(performance.now()),
    people: [...invisible, ...shown].map(({ person }) => livePerson(room, person)),
    refusals: traffic.refusals(),
    ...(folder === undefined ? {} : { folder }),
  };
}

function livePerson(room: Watched, id: string): LivePerson {
  const { entry, seats, ghost } = room.services.presence.grounds(room.key, id);
  const identity = entry?.identity ?? seats[0]?.identity;
  const { handle = "", name = "", guest = false, kind = "human" } = identity ?? {};
  return {
    person: id,
    handle,
    name,
    guest,
    kind,
    status: entry?.status ?? (ghost ? "ghost" : "invisible"),
    since: entry?.since ?? seats[0]?.since ?? 0,
    seats: seats.map((seat) => liveSeat(room, seat)),
  };
}

function liveSeat(room: Watched, { key, connection, role, attention, awayUntil }: Seat): LiveSeat {
  const client = awayUntil === undefined ? room.clientOfSeat(key) : undefined;
  const stats = client && room.statsOf(client);
  return {
    tab: connection.slice(0, 8),
    role,
    attention,
    status: client ? "connected" : "away",
    carrier: client ? (stats?.carrier ?? "websocket") : "none",
    waitingBytes: client ? backlogOf(client) : 0,
    ...(stats && { channel: stats.state, why: stats.reason, switches: stats.switches }),
    ...(stats?.roundTripMs === undefined ? {} : measured(stats, stats.roundTripMs)),
  };
}

function measured({ jitterMs, loss, lossReceiving }: ChannelStats, roundTripMs: number): Partial<LiveSeat> {
  return { roundTripMs, jitterMs, loss, lossReceiving };
}
