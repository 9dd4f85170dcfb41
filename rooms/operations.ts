/**
 * What operators do to people, whichever processes their seats are in (OP2), by asking each room for its part.
 *
 * Bans and mutes of worlds, audio sessions and the whole server are services/bans, which every process knows and enforces;
 * those of a chat are the chat's own, laid on by its open room, or straight into its log where it is not open.
 */
import { HereaboutsError } from "../schema/errors.ts";
import type { HeldRestriction, LiveRoom, Order, OrderAnswer } from "../schema/operations.ts";
import { endAfter } from "../services/bans/bans.ts";
import type { Scope } from "../services/bans/store.ts";
import { moderateFor } from "../services/chats/moderation.ts";
import type { Operations } from "../services/ops/operations.ts";
import type { RoomKey, Seat } from "../services/presence/crowd.ts";
import { isIdLike } from "../services/sessions/ids.ts";
import { liveWithoutRoom } from "./audio/live.ts";
import type { RoomOrder } from "./orders.ts";
import { callRoom } from "./remote.ts";
import type { RoomServices } from "./services.ts";

/** Of those of chats, open or not, so many are listed. */
const chatsListed = 1000;

type Concerned = OrderAnswer["rooms"];
type Outcome = Omit<OrderAnswer, "action" | "person">;

/** `call`: what reaches a room by its id. */
export function createOperations(services: RoomServices, call: typeof callRoom = callRoom): Operations {
  const { presence, bans, chats, cluster, sessions, now } = services;

  const seatsIn = ({ person, room }: Order): Seat[] =>
    [...presence.seats(person)].filter((seat) => room === "all" || seat.room === room);

  /** Rooms with those seats, before anything was done to them. */
  const concerned = (seats: readonly Seat[]): Concerned =>
    [...Map.groupBy(seats, ({ room }) => room)].map(([room, own]) => ({
      room,
      process: own[0]!.origin || cluster.id,
      seats: own.length,
    }));

  /** Asks the rooms; those that are gone meanwhile have nobody left to do it to. */
  const ask = async (rooms: readonly RoomKey[], order: RoomOrder): Promise<Concerned> => {
    const failed: string[] = [];
    const asked = rooms.map(async (room) => {
      try {
        const home = await cluster.find(room);
        const seats = home ? await call<number>(home.value, "operate", [order]) : 0;
        return home && seats > 0 ? [{ room, process: home.process, seats }] : [];
      } catch (error) {
        if (!(error instanceof HereaboutsError) || error.code !== "UNAVAILABLE") throw error;
        failed.push(room);
        return [];
      }
    });
    const done = (await Promise.all(asked)).flat();
    if (failed.length === 0) return done;
    const others = done.length > 0 ? ` Done in: ${done.map(({ room }) => room).join(", ")}.` : "";
    throw new HereaboutsError("UNAVAILABLE", `No answer from the process of: ${failed.join(", ")}.${others}`);
  };

  const kick = async (order: Order): Promise<Concerned> => {
    const done = await ask(roomsOf(seatsIn(order)), order);
    if (done.length === 0) throw new HereaboutsError("PERSON_NOT_FOUND");
    return done;
  };

  const move = async (order: Order): Promise<Concerned> => {
    if (!order.to) throw new HereaboutsError("BAD_BODY", "A move takes to: a slug.");
    if (order.room !== "all" && !order.room.startsWith("world:")) {
      throw new HereaboutsError("BAD_BODY", "One moves from world to world.");
    }
    const away = roomsOf(seatsIn(order)).filter((room) => room.startsWith("world:") && room !== `world:${order.to}`);
    const done = await ask(away, order);
    if (done.length === 0) throw new HereaboutsError("PERSON_NOT_FOUND", "They are connected in no other world.");
    return done;
  };

  const restrict = async (order: Order, kind: "ban" | "mute"): Promise<Outcome> => {
    const { person, reason, seconds, room } = order;
    if (kind === "mute" && room.startsWith("audio:")) throw new HereaboutsError("BAD_BODY", "Nobody speaks there.");
    const rooms = concerned(seatsIn(order));
    const at = now();
    const laid = { kind, person, until: endAfter(seconds, at), reason };
    const before = (await heldIn(room)).find((held) => held.kind === kind && held.person === person);
    const { until } = toHeld(laid);
    if (room.startsWith("chat:")) await moderate({ ...order, until });
    else await bans.lay({ ...laid, scope: room as Scope, at: Math.round(at) });
    if (!before) return { rooms, until };
    const replaced = toHeld(before);
    return { rooms, until, replaced: { until: replaced.until, reason: replaced.reason } };
  };

  /** What holds in one chat, or what operators laid for the whole server or any other room. */
  const heldIn = async (room: string): Promise<Laid[]> =>
    room.startsWith("chat:")
      ? chats.log.restrictions(room.slice("chat:".length), now())
      : bans.list().filter(({ scope }) => scope === room);

  const lift = async (order: Order, kind: "ban" | "mute"): Promise<Outcome> => {
    const { person, room, until } = order;
    if (room.startsWith("chat:")) await moderate(order);
    else {
      const isLifted = await bans.lift({ kind, person, scope: room as Scope }, until);
      if (!isLifted) throw new HereaboutsError("PERSON_NOT_FOUND", `No ${kind} of theirs holds for ${room}.`);
    }
    return { rooms: [] };
  };

  /** In a chat's own room, or in its log where it is open nowhere. */
  const moderate = async (order: Order): Promise<void> => {
    const home = await cluster.find(order.room);
    if (home) await call<number>(home.value, "operate", [order]);
    else await moderateFor(await chats.moderation(order.room.slice("chat:".length)), order);
  };

  const carryOut = async (order: Order): Promise<Outcome> => {
    switch (order.action) {
      case "kick":
        return { rooms: await kick(order) };
      case "move":
        return { rooms: await move(order) };
      case "ban":
      case "mute":
        return restrict(order, order.action);
      case "unban":
        return lift(order, "ban");
      case "unmute":
        return lift(order, "mute");
      default:
        return order.action satisfies never;
    }
  };

  return {
    async act(order) {
      const { action, person, until } = order;
      if (until !== undefined && action !== "unban" && action !== "unmute") {
        throw new HereaboutsError("BAD_BODY", "Only what lifts takes until; a ban or mute takes seconds.");
      }
      return { action, person, ...(await carryOut(order)) };
    },

    async live(room) {
      const home = await cluster.find(room);
      if (home) return call<LiveRoom>(home.value, "live", []);
      const id = room.replace(/^audio:/, "");
      const session = isIdLike(id) ? await sessions.search(id) : undefined;
      if (session?.key !== room) throw new HereaboutsError("NOT_FOUND", `${room} is not open.`);
      return liveWithoutRoom(services, session);
    },

    async restrictions() {
      const ours = bans.list().map(({ scope: room, ...ban }): HeldRestriction => ({ ...toHeld(ban), room }));
      const theirs = await chats.log.allRestrictions(now(), chatsListed);
      return [
        ...ours,
        ...theirs.map(({ instance, ...each }): HeldRestriction => ({ ...toHeld(each), room: `chat:${instance}` })),
      ];
    },
  };
}

type Laid = Omit<HeldRestriction, "room" | "until"> & { readonly until: number };

function toHeld({ kind, person, until, reason }: Laid): Omit<HeldRestriction, "room"> {
  return { kind, person, reason, until: Number.isFinite(until) ? until : null };
}

function roomsOf(seats: readonly Seat[]): RoomKey[] {
  return [...new Set(seats.map(({ room }) => room))];
}
