/**
 * A program to run in a network namespace: people of the SDK who walk in one world of the server at ADDRESS, and print what
 * they see as a line of JSON ten times a second, until they are killed.
 */
import { join, leave, type Walker, walk } from "./walkers.ts";

/** What all of them see. */
export type Seen = {
  at: number;
  carriers: string[];
  states: string[];
  switches: number;
  /** How often anyone was drawn where they had been before. */
  wentBack: number;
  /** How late others are drawn at worst, in ms, since the line before. */
  worstLagMs: number;
  troubles: string[];
};

if (import.meta.main) {
  const [address = "", count = "2"] = process.argv.slice(2);
  const all: Walker[] = [];
  process.once("SIGTERM", () => void leave(all).then(() => process.exit()));
  await join(address, "walk", Number(count), all);
  const walking = walk(all);
  setInterval(() => {
    const seen: Seen = {
      at: performance.now(),
      carriers: all.map(({ world }) => world.link.carrier),
      states: all.map(({ world }) => `${world.link.channel.state} (${world.link.channel.reason})`),
      switches: Math.max(...all.map(({ world }) => world.link.channel.switches)),
      wentBack: walking.wentBack,
      worstLagMs: Math.round(Math.max(0, ...walking.lagsMs)),
      troubles: all.flatMap(({ troubles }) => troubles),
    };
    walking.forget();
    console.log(JSON.stringify(seen));
  }, 100);
}
