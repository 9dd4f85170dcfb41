/**
 * Processes that share presence in one test: a network between them that delays, loses and repeats what they say (in order
 * from each to each), and members that come, die, stall and are cut off as services/cluster tells of them. On fake timers.
 */
import type { ClusterEvent, Member } from "../../cluster/cluster.ts";
import type { Identity } from "../../identity/person.ts";
import type { RoomKey } from "../crowd.ts";
import { createPresence, type Presence } from "../presence.ts";

export const graceMs = 10_000;
export const ghostMs = 5_000;

export function identityOf(person: string, guest = false): Identity {
  return { person, handle: person, name: person, kind: "human", role: "member", guest };
}

export interface Weather {
  /** A number from 0 to 1, the next one each time. */
  random(): number;
  maxDelayMs: number;
  /** Of one message on its way to one process. */
  loss: number;
  repeats: number;
}

export interface Process {
  readonly id: string;
  readonly presence: Presence;
  readonly member: Member;
  isAlive: boolean;
  isUp: boolean;
  isCurrent: boolean;
  tell(event: ClusterEvent): void;
  hear(text: string, from: string): void;
}

export class Processes {
  readonly weather: Weather;
  readonly errors: unknown[] = [];
  /** Messages that were published, and their bytes. */
  readonly said: { from: string; text: string }[] = [];
  readonly #all = new Map<string, Process>();
  readonly #homes = new Map<RoomKey, { process: string; fence: number }>();
  readonly #arrivals = new Map<string, number>();
  readonly #pieceOf: ((instance: string) => string) | undefined;
  #fence = 0;

  constructor(weather: Partial<Weather> = {}, pieceOf?: (instance: string) => string) {
    this.weather = { random: () => 0.5, maxDelayMs: 2, loss: 0, repeats: 0, ...weather };
    this.#pieceOf = pieceOf;
  }

  get alive(): Process[] {
    return [...this.#all.values()].filter(({ isAlive }) => isAlive);
  }

  get(id: string): Process {
    return this.#all.get(id)!;
  }

  start(id: string): Process {
    const watchers = new Set<(event: ClusterEvent) => void>();
    const listeners = new Set<(text: string, from: string) => void>();
    const stalled: [string, string][] = [];
    const member: Member = { id, peerUrl: "", address: "", seats: 0, rooms: 0, isDraining: false };
    const cluster = {
      id,
      isAlone: false,
      get isUp() {
        return process.isUp;
      },
      get isCurrent() {
        return process.isCurrent;
      },
      members: () => this.alive.map((one) => one.member),
      watch(listener: (event: ClusterEvent) => void) {
        watchers.add(listener);
        return () => watchers.delete(listener);
      },
      channel: () => ({
        publish: async (text: string) => this.#publish(id, text),
        listen(listener: (text: string, from: string) => void) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      }),
      alive: () => ({ id, isServing: true, isUp: process.isUp, upMs: 0 }),
      find: unused,
      claim: unused,
      own: () => undefined,
      release: unused,
      begin: unused,
      drain: unused,
      close: unused,
    };
    const process: Process = {
      id,
      member,
      isAlive: true,
      isUp: true,
      isCurrent: true,
      tell(event) {
        for (const [text, from] of process.isCurrent ? stalled.splice(0) : []) process.hear(text, from);
        for (const watcher of [...watchers]) watcher(event);
      },
      hear(text, from) {
        if (!process.isCurrent) stalled.push([text, from]);
        else for (const listener of listeners) listener(text, from);
      },
      get presence() {
        return presence;
      },
    };
    this.#all.set(id, process);
    const onError = (error: unknown) => this.errors.push(error);
    const presence = createPresence({ graceMs, ghostMs, now: Date.now, cluster, onError, ...this.#pieces });
    this.tellOthers(id, { type: "joined", member });
    return process;
  }

  get #pieces() {
    return this.#pieceOf ? { pieceOf: this.#pieceOf } : {};
  }

  close(): void {
    for (const { presence } of this.#all.values()) presence.close();
  }

  tellOthers(id: string, event: ClusterEvent): void {
    for (const other of this.alive) if (other.id !== id) other.tell(event);
  }

  /** SIGKILL: nothing more from it. Others do not know yet. */
  kill(id: string): void {
    const process = this.get(id);
    process.isAlive = false;
    process.presence.close();
  }

  /** What it was home of is to be had. */
  void(id: string): RoomKey[] {
    const rooms = [...this.#homes].filter(([, { process }]) => process === id).map(([room]) => room);
    for (const room of rooms) this.#homes.delete(room);
    return rooms;
  }

  homeOf(room: RoomKey): string | undefined {
    return this.#homes.get(room)?.process;
  }

  release(room: RoomKey): void {
    this.#homes.delete(room);
  }

  /** Makes a process the home of a room, and the room there. Returns the fence. */
  claim(room: RoomKey, id: string): number {
    const home = this.#homes.get(room);
    if (home) return home.fence;
    const fence = ++this.#fence;
    this.#homes.set(room, { process: id, fence });
    this.get(id).presence.apply({ type: "adopt", room, fence });
    return fence;
  }

  #publish(from: string, text: string): void {
    this.said.push({ from, text });
    const { random, maxDelayMs, loss, repeats } = this.weather;
    for (const to of this.alive) {
      if (to.id === from || !to.isUp || random() < loss) continue;
      const times = random() < repeats ? 2 : 1;
      for (let i = 0; i < times; i++) {
        const way = `${from} ${to.id}`;
        const at = Math.max(this.#arrivals.get(way) ?? 0, Date.now() + Math.floor(random() * maxDelayMs));
        this.#arrivals.set(way, at);
        setTimeout(() => to.isAlive && to.isUp && to.hear(text, from), at - Date.now());
      }
    }
  }
}

async function unused(): Promise<never> {
  throw new Error("not in these tests");
}
