/**
 * Processes, their Redis and the wires between on a clock of their own: whatever is on its way comes when it is its time,
 * in the same order for the same seed. A process that stands still gets all that waited for it when it goes on, in any
 * order.
 */
import type { Alive } from "../cluster.ts";
import type { Outcome } from "../members.ts";
import { Participant, tickMs } from "../participant.ts";
import { callMs } from "../redis.ts";
import { MemoryRedis } from "./memoryStore.ts";

type Due = { at: number; order: number; run(): void };

export class Simulation {
  now = 1_000_000;
  readonly nodes: Node[] = [];
  readonly redis = new MemoryRedis(() => this.now);
  /** Redis refuses, or takes what comes and says nothing until it goes on. */
  redisIs: "up" | "down" | "stopped" = "up";
  held: (() => void)[] = [];
  #queue: Due[] = [];
  #order = 0;
  #random: number;

  constructor(seed: number) {
    this.#random = seed;
  }

  /** 0 to 1. */
  random(): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
    return this.#random / 2 ** 32;
  }

  after(ms: number, run: () => void): void {
    this.#queue.push({ at: this.now + ms, order: ++this.#order, run });
    this.#queue.sort((one, other) => one.at - other.at || one.order - other.order);
  }

  wire(run: () => void): void {
    this.after(1 + this.random() * 20, run);
  }

  /** `check` is called after everything that happens. */
  async run(ms: number, check: () => void): Promise<void> {
    const until = this.now + ms;
    while (this.#queue.length > 0 && this.#queue[0]!.at <= until) {
      const { at, run } = this.#queue.shift()!;
      this.now = Math.max(this.now, at);
      run();
      await new Promise((resolve) => setImmediate(resolve));
      check();
    }
    this.now = until;
  }

  resumeRedis(): void {
    this.redisIs = "up";
    for (const deliver of this.held.splice(0)) this.wire(deliver);
  }

  start(id: string): Node {
    const node = new Node(this, id);
    this.nodes.push(node);
    return node;
  }
}

export class Node {
  readonly id: string;
  readonly participant: Participant;
  is: "running" | "stalled" | "dead" = "running";
  /** From Redis: refused, or nothing passes. */
  isCut: "no" | "cut" | "held" = "no";
  /** Nobody can connect, either way. */
  isAway = false;
  held: (() => void)[] = [];
  #waiting: (() => void)[] = [];
  #of: Simulation;

  constructor(of: Simulation, id: string) {
    this.id = id;
    this.#of = of;
    this.participant = new Participant({
      id: () => id,
      now: () => of.now,
      onError: (error) => {
        throw error;
      },
      pause: (ms) => new Promise<void>((resolve) => of.after(ms, () => this.#do(resolve))),
      probe: (url) => this.#probe(url),
      store: of.redis.connect((call) => this.#carry(call)),
    });
    this.participant
      .begin({ peerUrl: id, address: "" }, () => ({ seats: 0, rooms: 0 }))
      // whoever cannot begin goes again
      .catch(() => this.kill());
    this.#tick();
  }

  stall(): void {
    if (this.is === "running") this.is = "stalled";
  }

  resume(): void {
    if (this.is !== "stalled") return;
    this.is = "running";
    const waiting = this.#waiting.splice(0);
    while (waiting.length > 0) waiting.splice(Math.floor(this.#of.random() * waiting.length), 1)[0]!();
  }

  kill(): void {
    this.is = "dead";
  }

  heal(): void {
    this.isCut = "no";
    this.isAway = false;
    for (const deliver of this.held.splice(0)) this.#of.wire(deliver);
  }

  #tick(): void {
    this.#do(() => {
      this.participant.tick();
      this.#of.after(tickMs, () => this.#tick());
    });
  }

  /** What happens in this process happens when it runs. */
  #do(run: () => void): void {
    if (this.is === "running") run();
    else if (this.is === "stalled") this.#waiting.push(run);
  }

  #carry<T>(call: () => T): Promise<T> {
    const of = this.#of;
    const sentAt = of.now;
    return new Promise((resolve, reject) => {
      const fail = () => this.#do(() => reject(new Error("no Redis")));
      if (this.isCut === "cut" || of.redisIs === "down") return of.wire(fail);
      of.after(callMs, fail);
      const answer = (value: T) => {
        if (this.isCut === "held") this.held.push(() => answer(value));
        else this.#do(() => (of.now - sentAt > callMs ? reject(new Error("too late")) : resolve(value)));
      };
      const arrive = (): unknown => {
        if (this.isCut === "held") return this.held.push(arrive);
        if (of.redisIs === "stopped") return of.held.push(arrive);
        if (this.isCut === "cut" || of.redisIs === "down" || of.now - sentAt > callMs) return undefined;
        const value = call();
        return of.wire(() => answer(value));
      };
      return of.wire(arrive);
    });
  }

  #probe(id: string): Promise<Outcome> {
    const of = this.#of;
    return new Promise((resolve) => {
      const answer = (outcome: Outcome) => this.#do(() => resolve(outcome));
      const late = () => answer(this.isAway || other?.isAway ? "unreachable" : "silent");
      const other = of.nodes.find((node) => node.id === id);
      of.after(callMs, late);
      of.wire(() => {
        if (this.isAway || other?.isAway) return;
        if (!other || other.is === "dead") return of.wire(() => answer("refused"));
        other.#do(() => {
          const alive: Alive = other.participant.alive();
          of.wire(() => this.isAway || other.isAway || answer(alive));
        });
      });
    });
  }
}
