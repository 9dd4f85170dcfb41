/** A store in memory, of the same rules as that in Redis, for tests whose clock is their own. */
import type { Home } from "../cluster.ts";
import {
  type Claimed,
  type Entered,
  gapMs,
  openMs,
  quietMs,
  type Row,
  type Self,
  type Store,
  type View,
} from "../store.ts";

type Kept = Home & { life: number };

export class MemoryRedis {
  #now: () => number;
  #run = 1;
  #era:
    | { run: number; openAt: number; isEmpty: boolean; quietUntil: number; isOpened: boolean; at: number }
    | undefined;
  #fence = 0;
  #rows = new Map<string, Row>();
  #missing = new Map<string, boolean>();
  #homes = new Map<string, Kept>();
  #left = new Set<string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  restart(isEmpty: boolean): void {
    this.#run++;
    if (!isEmpty) return;
    this.#era = undefined;
    this.#fence = 0;
    for (const kept of [this.#rows, this.#missing, this.#homes, this.#left]) kept.clear();
  }

  /** As one process reaches it: `carry` brings each call there and its answer back. */
  connect(carry: <T>(call: () => T) => Promise<T>): Store {
    let run = 0;
    return {
      beat: (self) => carry(() => this.#beat(self, run)),
      enter: async (self, known, homes, isSure) => {
        const [entered, current] = await carry(() => this.#enter(self, run, known, homes, isSure));
        run = current;
        return entered;
      },
      bury: (id, life, beat) => carry(() => this.#bury(id, life, beat)),
      vouch: (id) =>
        carry(() => {
          if (!this.#isOpen() && this.#missing.get(id)) this.#era!.openAt = this.#now() + openMs;
        }),
      leave: (self) => carry(() => this.#leave(self)),
      claim: (self, key, value) => carry(() => this.#claim(self, key, value)),
      find: (self, key) => carry(() => this.#claim(self, key)),
      release: (home) =>
        carry(() => {
          const kept = this.#homes.get(home.key);
          if (kept?.process === home.process && kept.fence === home.fence) this.#homes.delete(home.key);
        }),
    };
  }

  #isOpen(): boolean {
    if (this.#era?.run !== this.#run) return false;
    const era = this.#era;
    const now = this.#now();
    if (era.isOpened) return true;
    const gap = now - era.at > gapMs ? now - era.at : 0;
    era.quietUntil += gap;
    era.openAt += gap;
    era.at = now;
    if (now < era.quietUntil) return false;
    era.isOpened = now >= era.openAt || ![...this.#missing.values()].includes(true);
    return era.isOpened;
  }

  #view(): View {
    const missing = this.#isOpen() ? [] : [...this.#missing].filter(([, is]) => is).map(([id]) => id);
    return { now: this.#now(), rows: [...this.#rows.values()], missing, left: [...this.#left] };
  }

  #write({ member, life }: Self): void {
    this.#rows.set(member.id, { member, life, beat: this.#now() });
  }

  #beat(self: Self, run: number): View | "new" | "buried" {
    if (run !== this.#run || this.#era?.run !== run) return "new";
    if (this.#rows.get(self.member.id)?.life !== self.life) return "buried";
    this.#write(self);
    return this.#view();
  }

  #enter(
    self: Self,
    run: number,
    known: readonly string[],
    homes: readonly Home[],
    isSure: boolean,
  ): [Entered, number] {
    const { id } = self.member;
    const wasEmpty = !this.#era;
    if (this.#era?.run !== this.#run) {
      this.#missing = new Map([...this.#rows.keys()].map((other) => [other, true]));
      const now = this.#now();
      this.#era = {
        run: this.#run,
        isEmpty: wasEmpty,
        quietUntil: now + quietMs,
        openAt: now + openMs,
        isOpened: false,
        at: now,
      };
    }
    if (!this.#isOpen()) {
      for (const other of known.filter((one) => !this.#missing.has(one))) {
        this.#missing.set(other, true);
        this.#era = { ...this.#era!, openAt: this.#now() + openMs };
      }
    }
    const isEmpty = run !== this.#run && this.#era!.isEmpty;
    this.#missing.set(id, false);
    this.#write(self);
    const lost: string[] = [];
    const kept = new Set<string>();
    for (const home of homes) {
      this.#fence = Math.max(this.#fence, home.fence);
      const there = this.#homes.get(home.key);
      const isForgotten = run !== this.#run && !isSure;
      const isLost =
        isForgotten ||
        (there
          ? there.fence > home.fence ||
            (there.fence === home.fence && (there.process !== id || there.life !== self.life))
          : run === this.#run);
      if (isLost) lost.push(home.key);
      else {
        kept.add(home.key);
        this.#homes.set(home.key, { ...home, process: id, life: self.life });
      }
    }
    this.#clear(id, kept);
    return [{ ...this.#view(), isEmpty, lost }, this.#run];
  }

  #clear(process: string, but: ReadonlySet<string> = new Set()): void {
    for (const home of [...this.#homes.values()]) {
      if (home.process === process && !but.has(home.key)) this.#homes.delete(home.key);
    }
  }

  #bury(id: string, life: number, beat: number): boolean {
    const row = this.#rows.get(id);
    if (row && (row.life !== life || row.beat !== beat)) return false;
    this.#rows.delete(id);
    if (this.#missing.has(id)) this.#missing.set(id, false);
    this.#clear(id);
    return true;
  }

  #leave({ member, life }: Self): void {
    const row = this.#rows.get(member.id);
    if (row?.life !== life) return;
    this.#bury(member.id, life, row.beat);
    this.#left.add(member.id);
  }

  #claim({ member, life }: Self, key: string, value?: string): Claimed {
    const home = this.#homes.get(key);
    const isOpen = this.#isOpen();
    if (home && home.process !== member.id && this.#rows.get(home.process)?.life === home.life) {
      const isBack = this.#era?.run === this.#run && !this.#missing.get(home.process);
      if (isOpen || isBack) return { key, process: home.process, value: home.value, fence: home.fence };
    }
    if (!isOpen) return "closed";
    if (value === undefined) return "none";
    if (this.#rows.get(member.id)?.life !== life) return "out";
    this.#fence = Math.max(this.#fence + 1, this.#now() * 1000);
    const taken = { key, process: member.id, value, fence: this.#fence };
    this.#homes.set(key, { ...taken, life });
    return taken;
  }
}
