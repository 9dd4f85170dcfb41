/**
 * Two worlds and two chats under load at once, whose people do in each what is told apart by its line: over ten thousand
 * lines, each is in the folder of the session that it says, and of nobody and nothing of another.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join as joinPath } from "node:path";
import { expect, it } from "vitest";
import { newGuest, openSeat, type RawClient, reserve, until } from "./lib/raw.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";

const sides = ["east", "west"] as const;
type Side = (typeof sides)[number];
const seatsEach = 4;
const pieces = 1100;
/** The raw client numbers its requests in one byte. */
const says = 220;
const burst = 25;

type Line = Record<string, unknown> & { session: string; room: string; folder: string };

/** What stands in the folders of all sessions, each with the id of its folder. */
function linesIn(dataDir: string): Line[] {
  const folders = joinPath(dataDir, "sessions");
  try {
    return readLines(folders);
  } catch (error) {
    // one that is whole has its own name since it was listed
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function readLines(folders: string): Line[] {
  return readdirSync(folders, { recursive: true })
    .map(String)
    .filter((path) => /\/logs\/(server|messages)(\.old)?\.jsonl(\.part)?$/.test(path))
    .flatMap((path) => {
      const { id } = JSON.parse(readFileSync(joinPath(folders, path, "../../session.json"), "utf8")) as { id: string };
      const text = readFileSync(joinPath(folders, path), "utf8");
      const whole = text.slice(0, text.lastIndexOf("\n")).split("\n").filter(Boolean);
      return whole.map((line) => ({ ...(JSON.parse(line) as Omit<Line, "folder">), folder: id }) as Line);
    });
}

it("[SE3] no line of a session is in another, over 10,000 lines of rooms under load at once", async () => {
  const server = await serverOfTest({ env: { LOG_LEVEL: "debug", MESSAGES_PER_SECOND: "1000" } });
  const { url } = server;
  /** By person: where they ever were. */
  const places = new Map<string, Set<string>>();
  /** By the name of a connection: whose it is, and in which room. */
  const connections = new Map<string, { person: string; room: string }>();

  const join = async (room: "world" | "chat", side: Side, name: string, guest: { token: string; id: string }) => {
    const key = `${room}:${side}`;
    const connection = `${room}-${side}-${name}`;
    connections.set(connection, { person: guest.id, room: key });
    places.set(guest.id, (places.get(guest.id) ?? new Set()).add(key));
    const place = room === "world" ? { slug: side } : { instance: side };
    return openSeat(url, await reserve(url, guest.token, { ...place, connection }, room));
  };
  const together = (work: (side: Side, n: number) => Promise<void>) =>
    Promise.all(sides.flatMap((side) => Array.from({ length: seatsEach }, (_, n) => work(side, n))));

  const walkers = new Map<string, RawClient>();
  const writers = new Map<string, RawClient>();
  await together(async (side, n) => {
    const guest = await newGuest(url);
    walkers.set(`${side}${n}`, await join("world", side, `${n}`.padStart(4, "0"), guest));
    writers.set(`${side}${n}`, await join("chat", side, `${n}`.padStart(4, "0"), guest));
  });

  const traveller = await newGuest(url);
  const load = together(async (side, n) => {
    const [walker, writer] = [walkers.get(`${side}${n}`)!, writers.get(`${side}${n}`)!];
    for (let i = 0; i < pieces; i += burst) {
      for (let k = 0; k < burst; k++) walker.message(`piece:${side}`, i + k);
      walker.message(`unknown-${side}`);
      walker.move({ x: Number.NaN, y: 0, z: 0, angle: 0 });
      const from = Math.round((i / pieces) * says);
      const to = Math.round(((i + burst) / pieces) * says);
      const asked = Array.from({ length: to - from }, (_, k) => {
        const id = `${side}-${n}-${from + k}`.padEnd(16, "x");
        return writer.request("say", { text: `${side} ${n} ${from + k}`, id }, 20_000);
      });
      for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ status: 0 });
    }
  });
  // one who goes from one to the other, and is a change in both
  for (let i = 0; i < 6; i++) {
    const seat = await join("world", sides[i % 2]!, `travel${i}`, traveller);
    await (i % 3 === 0 ? seat.leave() : seat.socket.terminate());
  }
  await load;
  await Promise.all([...walkers.values(), ...writers.values()].map((seat) => seat.leave()));
  const leftIn = (lines: readonly Line[]) => lines.filter(({ msg }) => msg === "seat left").length;
  const whole = await until(() => {
    const found = linesIn(server.dataDir);
    const said = found.filter(({ msg, message }) => msg === "message" && /^(piece:|say)/.test(String(message))).length;
    const isAll = leftIn(found) >= 4 * seatsEach && said >= 2 * seatsEach * (pieces + says);
    return isAll ? found : undefined;
  });
  const lines = whole ?? linesIn(server.dataDir);
  expect(lines.length).toBeGreaterThan(10_000);
  expect(lines.filter(({ session, folder }) => session !== folder)).toEqual([]);
  const rooms = new Map(lines.filter(({ msg }) => msg === "made").map(({ session, room }) => [session, room]));
  expect([...rooms.values()].filter((room) => !room.startsWith("audio:")).sort()).toEqual([
    "chat:east",
    "chat:west",
    "world:east",
    "world:west",
  ]);
  const wrong = lines.filter((line) => {
    const { session, room, person, connection, message } = line;
    const of = connections.get(connection as string);
    const marked = /(east|west)$/.exec(String(message))?.[1];
    return (
      room !== rooms.get(session) ||
      (person !== undefined && !places.get(person as string)?.has(room)) ||
      (connection !== undefined && (of?.room !== room || of.person !== person)) ||
      (marked !== undefined && room !== `world:${marked}`)
    );
  });
  expect(wrong).toEqual([]);

  const count = (room: string, message: string) =>
    lines.filter((line) => line.room === room && line["msg"] === "message" && line["message"] === message).length;
  for (const side of sides) {
    expect(count(`world:${side}`, `piece:${side}`)).toBe(seatsEach * pieces);
    expect(count(`chat:${side}`, "say")).toBe(seatsEach * says);
    const refused = lines.filter(({ room, msg }) => room === `world:${side}` && msg === "refused");
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["UNKNOWN_MESSAGE", "BAD_MESSAGE"]));
  }
  const said = server.logs().filter((line) => JSON.stringify(line).includes("east 0 1"));
  expect(said, "what was said is in no line").toEqual([]);
});
