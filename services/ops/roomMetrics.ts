/** Metrics of people and rooms: who is where, by kind of room, and by what they are reached. */
import type { RoomKey } from "../presence/crowd.ts";
import type { Presence } from "../presence/presence.ts";
import type { Meters } from "./meters.ts";

/** A room of this process. */
export interface MeasuredRoom {
  readonly key: RoomKey;
  /** How many of its clients are sent frames by which way. */
  readonly carriers: Readonly<Record<Carrier, number>>;
}

export type Carrier = "datagram" | "websocket";

/** `here` is left out where nobody is said to be here: in an audio session. */
type Figures = { people: number; connections: number; guests: number; here?: number };

/** Presence knows of the seats of all processes; `rooms` are those of this one. */
export function measureRooms(meters: Meters, presence: Presence, rooms: () => Iterable<MeasuredRoom>): void {
  const ofKinds = (name: string, help: string, figure: keyof Figures) =>
    meters.gauge(name, `${help}, by kind of room; in all processes`, ["kind"], (to) => {
      const sums = new Map<string, number>();
      for (const room of presence.rooms()) {
        const count = figuresOf(presence, room)[figure];
        if (count !== undefined) add(sums, kindOf(room), count);
      }
      for (const [kind, sum] of sums) to.set({ kind }, sum);
    });
  ofKinds("people", "People; one in two rooms of a kind counts in each", "people");
  ofKinds("connections", "Seats held", "connections");
  ofKinds("guests", "People without a sign-in", "guests");
  ofKinds("here", "People who are here: in a world, or in a chat and in its piece", "here");
  meters.gauge("people_distinct", "People with a seat in any room, each once; in all processes", [], (to) =>
    to.set(presence.people),
  );
  meters.gauge("rooms", "Rooms of this process, by kind", ["kind"], (to) => {
    const sums = new Map<string, number>();
    for (const { key } of rooms()) add(sums, kindOf(key), 1);
    for (const [kind, sum] of sums) to.set({ kind }, sum);
  });
  meters.gauge(
    "seats",
    "Seats in rooms of this process, by kind and by carrier of frames",
    ["kind", "carrier"],
    (to) => {
      const sums: Record<Carrier, Map<string, number>> = { datagram: new Map(), websocket: new Map() };
      for (const { key, carriers } of rooms()) {
        for (const carrier of ["datagram", "websocket"] as const) add(sums[carrier], kindOf(key), carriers[carrier]);
      }
      for (const carrier of ["datagram", "websocket"] as const) {
        for (const [kind, sum] of sums[carrier]) to.set({ kind, carrier }, sum);
      }
    },
  );
}

function add(sums: Map<string, number>, kind: string, count: number): void {
  sums.set(kind, (sums.get(kind) ?? 0) + count);
}

/** The counts of a room as operators are shown them: in a world, whoever holds a seat is here (PR1). */
export function figuresOf(presence: Pick<Presence, "counts">, room: RoomKey): Figures {
  const { here, ...figures } = presence.counts(room);
  if (kindOf(room) === "world") return { ...figures, here: figures.people };
  return kindOf(room) === "chat" ? { ...figures, here } : figures;
}

/** "world" of "world:field". */
export function kindOf(room: string): string {
  return room.slice(0, room.indexOf(":"));
}
