/** What happened, in words: a line for each event that tells something, and times as a player shows them. Pure. */
import type { CapsuleEvent, CapsulePerson } from "../../schema/capsule.ts";

export type Sieve = "all" | "words" | "people" | "things";
/** One line of the list. `id`: whose doing it was. */
export type Happened = {
  readonly t: number;
  readonly id: string | undefined;
  readonly name: string;
  readonly color: string;
  readonly text: string;
  readonly is: Exclude<Sieve, "all">;
};

type Known = { name: string; color: string };

/** The lines of all events, with the names that people had at the time. */
export function linesOf(events: readonly CapsuleEvent[]): Happened[] {
  const known = new Map<string, Known>();
  const lines: Happened[] = [];
  for (const event of events) {
    note(known, event);
    const id = "person" in event ? event.person.id : "id" in event ? event.id : "by" in event ? event.by : undefined;
    const { name = "", color = "" } = (id !== undefined && known.get(id)) || {};
    const [is, text] = wordsOf(event) ?? [];
    if (is && text) lines.push({ t: event.t, id, name, color, text, is });
  }
  return lines;
}

function note(known: Map<string, Known>, event: CapsuleEvent): void {
  if ("person" in event) {
    const { id, name, handle, color } = event.person;
    known.set(id, { name: name || handle, color });
  } else if ("changes" in event) {
    const { name, handle, color } = event.changes;
    const before = known.get(event.was ?? event.id) ?? { name: "", color: "" };
    known.set(event.id, { name: name || handle || before.name, color: color ?? before.color });
  }
}

function wordsOf(event: CapsuleEvent): [Exclude<Sieve, "all">, string] | undefined {
  switch (event.type) {
    case "present":
      return undefined;
    case "join":
      return ["people", "came"];
    case "leave":
      return ["people", event.reason === "left" ? "left" : `left (${event.reason})`];
    case "ghost":
      return ["people", event.changes.to ? `went to ${event.changes.to}` : "went elsewhere"];
    case "return":
      return ["people", "came back"];
    case "update":
      return updateOf(event);
    case "say":
      return ["words", `“${event.text}”`];
    case "emote":
      return ["words", event.emote];
    case "prop":
      return ["things", event.value === undefined ? `took away ${event.key}` : `set ${event.key}: ${event.value}`];
    case "piece":
      return ["things", `${event.name}${event.data === undefined ? "" : ` ${JSON.stringify(event.data)}`}`];
    case "end":
      return ["people", `The recording ends: ${event.reason}`];
  }
}

function updateOf({ was, changes }: { was?: string; changes: Partial<CapsulePerson> }): ReturnType<typeof wordsOf> {
  if (was !== undefined) return ["people", "signed in"];
  if (changes.status === "away") return ["people", "lost the connection"];
  if (changes.status === "here") return ["people", "is back"];
  return changes.color === undefined && changes.face === undefined ? undefined : ["things", "changed their looks"];
}

/** 75,000 ms: "1:15", or "0:01:15" beside hours. */
export function clockOf(ms: number, withHours = ms >= 3_600_000): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (!withHours) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
