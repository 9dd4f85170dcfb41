/** The checker finds what was planted, and nothing where all is well. */
import { describe, expect, it } from "vitest";
import { check, closingMs, crossingMs } from "./checks.ts";
import { differences, type Look, type SeenPerson, type Truth, type View } from "./exact.ts";
import { type History, Stretches } from "./history.ts";

const lines = ["a", "b", "c", "d"];
const well: History = {
  hearings: [
    { key: "world:meadow", room: "r1", from: 0, to: 5000 },
    { key: "world:meadow", room: "r2", from: 5000 - closingMs, to: 9000 },
    { key: "world:tower", room: "r3", from: 0, to: 9000 },
  ],
  said: lines.map((text, i) => ({ chat: "system", page: "p1", text, at: i * 100, ackedAt: i * 100 + 50, seq: i + 1 })),
  shown: lines.map((text, i) => ({ chat: "system", page: "p2", seq: i + 1, text, at: i * 100 + 60 })),
  played: [
    { person: "ada", world: "meadow", from: 0, to: 5000 },
    { person: "ada", world: "tower", from: 5000 - crossingMs, to: 9000 },
  ],
  heard: [
    { listener: "l1", turn: 1, of: "events", id: "s1", at: 0 },
    { listener: "l1", turn: 1, of: "sound", id: "s1", at: 1 },
    { listener: "l1", turn: 2, of: "events", id: "s2", at: 2 },
  ],
  wipes: [],
  logs: { system: lines.map((text, i) => ({ seq: i + 1, text })) },
};
const rulesOf = (changed: Partial<History>) => check({ ...well, ...changed }).map(({ rule }) => rule);
const wipe = { from: 120, to: 180 };

describe("histories", () => {
  it("has nothing to say where all is well", () => expect(check(well)).toEqual([]));

  it("finds two rooms of one key", () => {
    const third = { key: "world:meadow", room: "r9", from: 1000, to: 1000 + closingMs + 1 };
    expect(rulesOf({ hearings: [...well.hearings, third] })).toEqual(["one room"]);
    expect(rulesOf({ hearings: [...well.hearings, { ...third, to: 1000 + closingMs }] })).toEqual([]);
  });

  it("finds a lost line, and forgives one that Redis was robbed of", () => {
    const logs = { system: well.logs["system"]!.filter(({ seq }) => seq !== 2) };
    expect(rulesOf({ logs })).toEqual(["chat kept"]);
    expect(rulesOf({ logs, wipes: [wipe] })).toEqual([]);
    expect(rulesOf({ logs: { system: logs.system.slice(0, -1) }, wipes: [wipe] })).toEqual(["chat kept"]);
  });

  it("finds a line that is kept twice, and one that was acknowledged as another number", () => {
    expect(rulesOf({ logs: { system: [...well.logs["system"]!, { seq: 5, text: "b" }] } })).toContain("chat once");
    const moved = well.logs["system"]!.map(({ seq, text }) => ({ seq: seq + 10, text }));
    expect(rulesOf({ logs: { system: moved } })).toContain("chat kept");
  });

  it("finds lines stored out of order", () => {
    const swap = (text: string) => (text === "b" ? "c" : text === "c" ? "b" : text);
    const logs = { system: well.logs["system"]!.map(({ seq, text }) => ({ seq, text: swap(text) })) };
    const said = well.said.map((line) => ({ ...line, seq: line.text === "b" ? 3 : line.text === "c" ? 2 : line.seq! }));
    const shown = well.shown.map((line) => ({ ...line, text: swap(line.text) }));
    expect(rulesOf({ said, shown, logs })).toEqual(["chat order"]);
  });

  it("finds a number that is given twice, also after Redis was emptied", () => {
    const late = { chat: "system", page: "p3", text: "e", at: 900, ackedAt: 950, seq: 2 };
    expect(rulesOf({ said: [...well.said, late], wipes: [wipe] })).toContain("chat numbers");
  });

  it("finds a page that shows lines out of order, twice, or not all", () => {
    const [a, b, c, d] = well.shown;
    expect(rulesOf({ shown: [a!, c!, b!, d!] })).toContain("shown order");
    expect(rulesOf({ shown: [a!, b!, b!, c!, d!] })).toEqual(["shown order"]);
    expect(rulesOf({ shown: [a!, b!, d!] })).toEqual(["shown all"]);
    expect(rulesOf({ shown: [a!, b!, d!], wipes: [wipe] })).toEqual([]);
  });

  it("finds sound of another session than the events", () => {
    expect(rulesOf({ heard: [...well.heard, { listener: "l1", turn: 2, of: "sound", id: "s1", at: 3 }] })).toEqual([
      "one session",
    ]);
  });

  it("finds who stays in the world they left", () => {
    const stays = { person: "ada", world: "meadow", from: 5000, to: 5001 + crossingMs };
    expect(rulesOf({ played: [...well.played, stays] })).toEqual(["one place"]);
  });

  it("joins moments to stretches", () => {
    const stretches = new Stretches<{ room: string }>(10);
    for (const at of [0, 5, 15, 30]) stretches.note("r", { room: "r" }, at);
    expect(stretches.all()).toEqual([
      { room: "r", from: 0, to: 15 },
      { room: "r", from: 30, to: 30 },
    ]);
  });
});

describe("what everybody sees", () => {
  const tab = (person: string, world: string): Truth => ({
    person,
    world,
    chats: ["system"],
    share: true,
    attention: { [`world:${world}`]: "visible", "chat:system": "focused" },
  });
  const shown = (id: string, changed: Partial<SeenPerson> = {}): SeenPerson => ({
    id,
    status: "here",
    connections: 1,
    attention: "visible",
    ...changed,
  });
  const inChat = (id: string, world: string) =>
    shown(id, { attention: "focused", here: world === "chat", where: world });
  const counts = { people: 2, connections: 2, guests: 2 };
  const views: View[] = [
    { by: "a", key: "world:chat", room: "r1", since: 0, state: "open", people: [shown("ada"), shown("bob")], counts },
    {
      by: "a",
      key: "chat:system",
      room: "r2",
      since: 0,
      state: "open",
      people: [inChat("ada", "chat"), inChat("bob", "chat")],
      counts: { ...counts, here: 2 },
    },
  ];
  const look: Look = {
    at: 1000,
    isStrict: false,
    truths: [tab("ada", "chat"), tab("bob", "chat")],
    left: [],
    views,
    processes: [
      {
        process: "p0",
        people: 2,
        counts: { chat: counts },
        rooms: [
          { key: "world:chat", room: "r1" },
          { key: "chat:system", room: "r2" },
        ],
        master: "m",
        explained: [{ person: "ada", key: "chat:system", shown: "here" }],
      },
    ],
    busy: [],
  };
  const withWorld = (changed: Partial<View>): Look => ({ ...look, views: [{ ...views[0]!, ...changed }, views[1]!] });
  const withProcess = (changed: object): Look => ({ ...look, processes: [{ ...look.processes[0]!, ...changed }] });
  const left = [{ person: "eve", key: "world:chat", at: 0 }];

  it("has nothing to say where all is exact", () => expect(differences(look)).toEqual([]));

  it("finds a ghost, unless they left a moment ago", () => {
    const people = [...views[0]!.people, shown("eve", { status: "away" })];
    const ghostly = withWorld({ people, counts: { people: 3, connections: 3, guests: 3 } });
    expect(differences(ghostly)).not.toEqual([]);
    expect(differences({ ...ghostly, left })).toEqual([]);
    expect(differences({ ...ghostly, left, isStrict: true })).not.toEqual([]);
    expect(differences({ ...ghostly, left, at: 60_000 })).not.toEqual([]);
    const here = withWorld({ people: [...views[0]!.people, shown("eve")], counts: ghostly.views[0]!.counts });
    expect(differences({ ...here, left })).toEqual(["a in world:chat (r1): eve is shown as here, and is not here"]);
  });

  it.each([
    ["who is missing", { people: [shown("ada")] }],
    ["who is away", { people: [shown("ada"), shown("bob", { status: "away" })] }],
    ["a connection too many", { people: [shown("ada"), shown("bob", { connections: 2 })] }],
    ["another attention", { people: [shown("ada"), shown("bob", { attention: "hidden" })] }],
    ["who stands still", { people: [shown("ada"), shown("bob", { isStill: true })] }],
    ["a wrong count", { counts: { ...counts, people: 3 } }],
    ["a seat that is not open", { state: "reconnecting" }],
    ["another room than is listed", { room: "r7" }],
  ] as const)("finds %s", (_, changed) => expect(differences(withWorld(changed))).toHaveLength(1));

  it.each([
    ["a room that is listed twice", { rooms: [...look.processes[0]!.rooms, { key: "world:chat", room: "r7" }] }],
    ["people that a process does not know", { people: 1 }],
    ["a count of another process", { counts: { chat: { ...counts, connections: 1 } } }],
    ["another explanation", { explained: [{ person: "ada", key: "chat:system", shown: "away" }] }],
  ] as const)("finds %s", (_, changed) => expect(differences(withProcess(changed))).toHaveLength(1));

  it("finds two rooms of one key, two masters, and what is under way", () => {
    const other = { ...views[0]!, by: "b", room: "r7" };
    expect(differences({ ...look, views: [...views, other] })).toEqual(["world:chat: rooms r1, r7"]);
    const processes = [...look.processes, { ...look.processes[0]!, process: "p1", master: "n" }];
    expect(differences({ ...look, processes })).toEqual(["masters m, n"]);
    expect(differences({ ...look, busy: ["a travels"] })).toEqual(["under way: a travels"]);
  });
});
