/**
 * The places that people have, by room and by person, and what is read off them: rosters, exact counts, and where the
 * worlds of a person put them in their chats. It keeps; the crowd (crowd.ts) decides.
 */
import type { Identity } from "../identity/person.ts";
import {
  type Counts,
  entryOf,
  type Grounds,
  isInvisible,
  isWorld,
  noCounts,
  type Place,
  type RoomKey,
  type RosterEntry,
  type Seat,
  slugOf,
} from "./entry.ts";

export class Places {
  readonly #rooms = new Map<RoomKey, { places: Map<string, Place>; counts: Counts; fence: number }>();
  readonly #roomsOf = new Map<string, Set<RoomKey>>();
  readonly #pieceOf: (instance: string) => string;

  /** `pieceOf`: the slug of a chat's own piece. */
  constructor(pieceOf: (instance: string) => string) {
    this.#pieceOf = pieceOf;
  }

  /** A person's place in a room; a new one without seats if they have none. */
  at(room: RoomKey, person: string): Place {
    let inRoom = this.#rooms.get(room);
    if (!inRoom) {
      inRoom = { places: new Map(), counts: noCounts(), fence: 0 };
      this.#rooms.set(room, inRoom);
    }
    let place = inRoom.places.get(person);
    if (!place) {
      place = { seats: [], ghost: undefined, here: false, where: "" };
      inRoom.places.set(person, place);
      const rooms = this.#roomsOf.get(person) ?? new Set();
      this.#roomsOf.set(person, rooms.add(room));
    }
    return place;
  }

  forgetIfEmpty(room: RoomKey, person: string): void {
    const places = this.#rooms.get(room)?.places;
    const place = places?.get(person);
    if (!places || !place || place.seats.length > 0 || place.ghost) return;
    places.delete(person);
    if (places.size === 0) this.#rooms.delete(room);
    const rooms = this.#roomsOf.get(person);
    rooms?.delete(room);
    if (rooms?.size === 0) this.#roomsOf.delete(person);
  }

  /** The highest that is known of a home of a room in which someone has a place. */
  fence(room: RoomKey): number {
    return this.#rooms.get(room)?.fence ?? 0;
  }

  raiseFence(room: RoomKey, fence: number): void {
    const inRoom = this.#rooms.get(room);
    if (inRoom && fence > inRoom.fence) inRoom.fence = fence;
  }

  /** Keeps the counts of a room in which a person's entry became another. */
  count(room: RoomKey, before: RosterEntry | undefined, after: RosterEntry | undefined): void {
    const counts = this.#rooms.get(room)?.counts;
    if (!counts) return;
    add(counts, before, -1);
    add(counts, after, 1);
  }

  counts(room: RoomKey): Readonly<Counts> {
    return this.#rooms.get(room)?.counts ?? noCounts();
  }

  rooms(): IterableIterator<RoomKey> {
    return this.#rooms.keys();
  }

  /** Rooms in which someone has a place, as they are now. */
  roomsOf(person: string): RoomKey[] {
    return [...(this.#roomsOf.get(person) ?? [])];
  }

  in(room: RoomKey): Iterable<Place> {
    return this.#rooms.get(room)?.places.values() ?? [];
  }

  entry(room: RoomKey, person: string): RosterEntry | undefined {
    return entryOf(this.#rooms.get(room)?.places.get(person));
  }

  *roster(room: RoomKey): IterableIterator<RosterEntry> {
    for (const place of this.in(room)) {
      const entry = entryOf(place);
      if (entry) yield entry;
    }
  }

  invisible(room: RoomKey): Identity[] {
    return [...this.in(room)].filter(isInvisible).map(({ seats }) => seats[0]!.identity);
  }

  grounds(room: RoomKey, person: string): Grounds {
    const place = this.#rooms.get(room)?.places.get(person);
    const others = this.roomsOf(person).filter((other) => other !== room);
    return {
      entry: entryOf(place),
      seats: [...(place?.seats ?? [])],
      seatsElsewhere: others.flatMap((other) => this.at(other, person).seats),
      ghost: place?.ghost,
    };
  }

  /** Everyone who holds a seat in any room, each once; a ghost holds none. */
  get people(): number {
    let people = 0;
    for (const [person, rooms] of this.#roomsOf) {
      if ([...rooms].some((room) => this.at(room, person).seats.length > 0)) people++;
    }
    return people;
  }

  /** Whether someone is in the piece of a chat, and in which world they are seen to be, if they share it. */
  whereabouts(chat: RoomKey, person: string): { here: boolean; where: string } {
    const piece: RoomKey = `world:${this.#pieceOf(chat.slice(chat.indexOf(":") + 1))}`;
    const status = this.entry(piece, person)?.status;
    return { here: status === "here" || status === "away", where: this.where(person) };
  }

  /** Slug of the world that someone is seen to be in: of several that they share the newest; "" for none. */
  where(person: string): string {
    const worlds = this.roomsOf(person).filter((room) => isWorld(room) && this.entry(room, person));
    const shared = worlds.flatMap((room) => this.at(room, person).seats.filter((seat) => seat.share));
    const newest = shared.sort((a, b) => b.since - a.since)[0];
    return newest ? slugOf(newest.room) : "";
  }

  /** Whether others can see that someone holds a seat anywhere. */
  isSeen(person: string): boolean {
    return this.roomsOf(person).some((room) => this.at(room, person).seats.length > 0 && this.entry(room, person));
  }

  seatsOf(person: string): Seat[] {
    return this.roomsOf(person).flatMap((room) => this.at(room, person).seats);
  }
}

function add(counts: Counts, entry: RosterEntry | undefined, sign: 1 | -1): void {
  if (!entry || entry.status === "ghost") return;
  counts.people += sign;
  counts.connections += sign * entry.connections;
  if (entry.identity.guest) counts.guests += sign;
  if (entry.here) counts.here += sign;
}
