/** One schedule from beginning to end: starts everything, lets it happen, watches, and says what was wrong. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { now, pause } from "../../loadtest/lib/clock.ts";
import { Threads } from "../../loadtest/lib/threads.ts";
import { check } from "./checks.ts";
import { differences, type Look, type Truth } from "./exact.ts";
import type { History, Violation } from "./history.ts";
import { askProcess } from "./operator.ts";
import type { Logs, PeopleGiven } from "./people.ts";
import { describeFault, endOf, type Schedule } from "./schedule.ts";
import { Site } from "./site.ts";

export type TrialOptions = { readonly schedule: Schedule; readonly processes: number; readonly people: number };

export type Outcome = {
  readonly seed: number;
  readonly processes: number;
  readonly faults: readonly string[];
  /** From the last fault's end until all was exact; undefined if it never was. */
  readonly healedMs: number | undefined;
  readonly lines: number;
  readonly violations: readonly string[];
  /** Where logs and timeline are, if anything was wrong. */
  readonly kept: string | undefined;
  readonly tookMs: number;
};

const listeners = 5;
/** Before the first fault: everyone has arrived, and is seen. */
const settleMs = 10_000;
const healMs = 30_000;
const finishMs = 20_000;
const lookMs = 250;
/** Of a timeline, this much before and after a violation. */
const aroundMs = 4000;
const mostLines = 25;
/** Of what was wrong at once. */
const mostChars = 400;
/** Violations told one by one. */
const mostTold = 20;
/** What heals more slowly than this is looked into. */
const slowMs = 10_000;
/** This many people are asked about by name. */
const explained = 2;

type Seen = Omit<Look, "processes" | "isStrict">;

export function runTrial(options: TrialOptions): Promise<Outcome> {
  return new Trial(options).run();
}

class Trial {
  readonly #schedule: Schedule;
  readonly #processes: number;
  readonly #people: number;
  readonly #dir = mkdtempSync(join(tmpdir(), "hereabouts-faults-"));
  readonly #timeline: { at: number; what: string }[] = [];
  readonly #violations: Violation[] = [];
  #site!: Site;
  #drivers!: Threads;

  constructor({ schedule, processes, people }: TrialOptions) {
    this.#schedule = schedule;
    this.#processes = processes;
    this.#people = people;
  }

  async run(): Promise<Outcome> {
    const { seed, faults } = this.#schedule;
    const from = now();
    let healedMs: number | undefined;
    let lines = 0;
    try {
      // a machine too busy to start a process in time ends this schedule, not those that come after
      this.#site = await Site.start(this.#processes, this.#dir, (what, at = now()) => this.#note(what, at));
      const given: PeopleGiven = { url: this.#site.url, seed, people: this.#people, listeners };
      this.#drivers = new Threads(new URL("./people.ts", import.meta.url), [given]);
      await this.#drivers.all("start");
      if (await this.#awaitExact("at the start", now() + settleMs, true)) {
        await this.#drivers.all("go");
        healedMs = await this.#happen();
      }
      lines = await this.#finish();
    } catch (error) {
      this.#violate("harness", `${(error as Error).stack}`);
    } finally {
      for (const failure of this.#site?.failures ?? []) this.#violate("process", failure);
      await this.#drivers?.all("close").catch(() => {});
      await this.#drivers?.stop();
      this.#site?.keepLogs(this.#keep());
      await this.#site?.close();
    }
    const isWorthKeeping = this.#violations.length > 0 || (healedMs ?? 0) > slowMs;
    const kept = isWorthKeeping ? this.#report() : undefined;
    if (!kept) rmSync(this.#dir, { recursive: true, force: true });
    return {
      seed,
      processes: this.#processes,
      faults: faults.map(describeFault),
      healedMs,
      lines,
      violations: this.#told(),
      kept,
      tookMs: Math.round(now() - from),
    };
  }

  /** Applies the faults and waits until all is as it was. */
  async #happen(): Promise<number | undefined> {
    const begin = now();
    const applied = this.#schedule.faults.map(async (fault) => {
      await pause(begin + fault.atMs - now());
      this.#note(describeFault(fault));
      await this.#site.apply(fault);
      this.#note(`over: ${describeFault(fault)}`);
    });
    const all = Promise.all(applied);
    all.catch(() => {});
    // one that found its process down already is over: what was healed meanwhile is looked at now
    const over = applied.map((one, i) =>
      Promise.race([one, pause(begin + endOf([this.#schedule.faults[i]!]) - now() - 1000)]),
    );
    await Promise.all(over);
    this.#note("calm: nobody travels, reloads or leaves any more");
    await this.#drivers.all("calm");
    const lastAt = Math.max(...this.#schedule.faults.map(({ atMs }) => atMs));
    while (this.#site.isHarmed || now() < begin + lastAt + 20) await pause(20);
    const { harmedAt } = this.#site;
    this.#note("the last fault is over");
    const healedAt = await this.#awaitExact("after the faults", harmedAt + healMs, false);
    if (healedAt !== undefined) this.#note(`exact after ${Math.round(healedAt - harmedAt)} ms`);
    await all;
    await this.#awaitExact("when all processes were up again", now() + healMs, true);
    return healedAt === undefined ? undefined : Math.round(healedAt - harmedAt);
  }

  /** Gives the time at which all was exact. `isStrict`: nobody may linger, and all processes must be up. */
  async #awaitExact(when: string, deadline: number, isStrict: boolean): Promise<number | undefined> {
    for (let told = ""; ; ) {
      const at = now();
      const wrong = await this.#look(isStrict);
      if (wrong.length === 0) return at;
      const what = `${wrong.length} differences: ${wrong.slice(0, 5).join("; ")}`.slice(0, mostChars);
      if (what !== told) this.#note(what);
      told = what;
      if (at > deadline) {
        this.#violate("exact", `${when}: ${what}`);
        return undefined;
      }
      await pause(lookMs);
    }
  }

  async #look(isStrict: boolean): Promise<string[]> {
    const seen = (await this.#drivers.all<Seen>("look"))[0]!;
    const { up, isWhole } = this.#site;
    const about = this.#some(seen.truths);
    const answers = await Promise.allSettled(up.map(({ name, url }) => askProcess(name, url, about)));
    const failures = answers.flatMap((answer) => (answer.status === "rejected" ? [String(answer.reason)] : []));
    const processes = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    const missing = isStrict && !isWhole ? ["not all processes are up"] : [];
    return [...missing, ...failures, ...differences({ ...seen, isStrict, processes })];
  }

  #some(truths: readonly Truth[]): Truth[] {
    const from = Math.floor(Math.random() * truths.length);
    return truths.slice(from, from + explained);
  }

  /** Everybody falls silent; then what was seen is judged. */
  async #finish(): Promise<number> {
    const { logs, failures } = (await this.#drivers.all<{ logs: Logs; failures: string[] }>("finish", finishMs))[0]!;
    for (const failure of failures) this.#violate("chat shown", failure);
    const seen = (await this.#drivers.all<Omit<History, "wipes" | "logs">>("history"))[0]!;
    const history: History = { ...seen, wipes: this.#site.wipes, logs };
    const notes = (await this.#drivers.all<{ at: number; what: string }[]>("notes"))[0]!;
    this.#timeline.push(...notes);
    this.#violations.push(...check(history));
    if (this.#violations.length > 0) writeFileSync(join(this.#keep(), "history.json"), JSON.stringify(history));
    return history.said.filter(({ seq }) => seq !== undefined).length;
  }

  #note(what: string, at = now()): void {
    this.#timeline.push({ at, what });
  }

  #violate(rule: string, text: string): void {
    this.#violations.push({ rule, at: now(), text });
    this.#note(`VIOLATION ${rule}: ${text}`);
  }

  #told(): string[] {
    const told = this.#violations.slice(0, mostTold).map(({ rule, text }) => `${rule}: ${text}`);
    const more = this.#violations.length - told.length;
    return more > 0 ? [...told, `and ${more} more`] : told;
  }

  #keep(): string {
    mkdirSync(this.#dir, { recursive: true });
    return this.#dir;
  }

  /** Writes the timeline, and prints what was around the first violations. */
  #report(): string {
    const dir = this.#keep();
    const lines = this.#timeline.sort((a, b) => a.at - b.at);
    const zero = lines[0]?.at ?? 0;
    const show = ({ at, what }: { at: number; what: string }) =>
      `${((at - zero) / 1000).toFixed(3).padStart(8)} s  ${what}`;
    const head = `zero is ${Math.round(zero)} in the processes' logs`;
    writeFileSync(join(dir, "timeline.txt"), `${head}\n${lines.map(show).join("\n")}\n`);
    const shown = this.#violations.slice(0, 3).map((violation) => {
      const around = lines.filter(({ at }) => Math.abs(at - violation.at) < aroundMs).slice(-mostLines);
      return [`${violation.rule}: ${violation.text}`, ...around.map(show)].join("\n  ");
    });
    const faults = this.#schedule.faults.map((fault) => `  ${describeFault(fault)}`).join("\n");
    console.error(`seed ${this.#schedule.seed}\n${faults}\n${shown.join("\n")}\nall of it: ${dir}`);
    return dir;
  }
}
