/** What operators do to people and see of rooms, as both sides find it: one process. See operations.processes.test.ts. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connect, type Hereabouts, type HereaboutsError, type World } from "../client/index.ts";
import type {
  AuditLine,
  FoundPeople,
  HeldRestriction,
  LiveRoom,
  OrderAnswer,
  RoomSummary,
} from "../schema/operations.ts";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { get, post } from "./lib/fetch.ts";
import { basicAuth } from "./lib/http.ts";
import { joinWorld, newGuest } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { newToken } from "./lib/tokens.ts";

const operator = basicAuth("operator", "open sesame") as { authorization: string };
let server: TestServer;
let url: string;
const all: Hereabouts[] = [];

beforeAll(async () => {
  const env = { MONITOR_PASSWORD: "open sesame", AUDIO: "off", GRACE_MS: "1500" };
  server = await startTestServer({ env });
  url = server.url;
});
afterEach(() => Promise.all(all.splice(0).map((here) => here.close())));
afterAll(() => server?.stop());

const newcomer = async (name: string, token?: string): Promise<Hereabouts> => {
  const here = await connect(url, { name, storage: null, datagrams: false, ...(token ? { token } : {}) });
  all.push(here);
  return here;
};
const asked = async <T>(path: string) => (await get(url, path, { headers: operator })).json as T;
const order = (action: string, person: string, body: object) =>
  post(url, `/ops/people/${person}/${action}`, { room: "all", reason: "test", ...body }, operator);
const done = async (action: string, person: string, body: object = {}) => {
  const answer = await order(action, person, body);
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  return answer.json as unknown as OrderAnswer;
};
const closingWith = (room: Pick<World, "on">) =>
  new Promise<HereaboutsError | undefined>((resolve) => room.on("closed", ({ error }) => resolve(error)));
const closing = async (room: Pick<World, "on">) => (await closingWith(room))?.code;
const refused = (code: string, words = "") =>
  expect.objectContaining({ code, message: expect.stringContaining(words) as string });

describe("[OP2] searching for people", () => {
  it("finds parts of handle, name and id, in any case and script, with their seats in all rooms", async () => {
    const here = await newcomer("Straße Ψάρι ﬁsh");
    await here.world("field");
    await here.chat("system");
    const { id, handle } = here.identity;
    for (const q of ["STRASSE", "ψάρι", "FISH", "straße ψ", handle.slice(2, 12).toUpperCase(), id.slice(3, 12)]) {
      const { people } = await asked<FoundPeople>(`/ops/people?q=${encodeURIComponent(q)}`);
      const found = people.find(({ person }) => person === id);
      expect(found?.seats.map(({ room, status }) => [room, status]).sort(), q).toEqual([
        ["chat:system", "connected"],
        ["world:field", "connected"],
      ]);
    }
    expect(await asked(`/ops/people?q=${"nobody"}`)).toEqual({ found: 0, people: [] });
  });

  it("shows who is invisible, marked", async () => {
    const here = await newcomer("Unseen");
    await here.world("field", { invisible: true });
    const { people } = await asked<FoundPeople>("/ops/people?q=unseen");
    expect(people[0]?.seats[0]).toMatchObject({ invisible: true, room: "world:field" });
  });
});

describe("[OP2] a kick", () => {
  it("ends each tab of someone in a room, and no other; they may come back", async () => {
    const token = await newToken(server, "kay");
    const [one, two] = [await newcomer("", token), await newcomer("", token)];
    const worlds = [await one.world("field"), await two.world("field")];
    const chat = await one.chat("system");
    const ends = worlds.map(closing);
    const answer = await done("kick", one.identity.id, { room: "world:field" });
    expect(answer.rooms).toEqual([{ room: "world:field", process: expect.any(String), seats: 2 }]);
    expect(await Promise.all(ends)).toEqual(["KICKED", "KICKED"]);
    expect(chat.connection).toBe("open");
    await expect(two.world("field")).resolves.toBeDefined();
  });

  it("ends all seats, held ones too, of someone invisible as of others", async () => {
    const here = await newcomer("Lost");
    const world = await here.world("pond", { invisible: true });
    const chat = await here.chat("system");
    const ended = closing(world);
    const { rooms } = await done("kick", here.identity.id, { reason: "理由".repeat(40) });
    expect(rooms.map(({ room }) => room).sort()).toEqual(["chat:system", "world:pond"]);
    expect(await ended).toBe("KICKED");
    await expect.poll(() => chat.connection).toBe("closed");
  });

  it("ends a seat that is held for a lost connection", async () => {
    const guest = await newGuest(url);
    const client = await joinWorld(url, { slug: "field", guest });
    client.socket.terminate();
    const seat = async () => (await asked<FoundPeople>(`/ops/people?q=${guest.id}`)).people[0]?.seats[0];
    await expect.poll(seat).toMatchObject({ status: "away", awayUntil: expect.any(Number) as number });
    await done("kick", guest.id);
    expect(await seat()).toBeUndefined();
  });

  it("of someone who is nowhere says so", async () => {
    const answer = await order("kick", "nobody", {});
    expect([answer.status, answer.json["code"]]).toEqual([404, "PERSON_NOT_FOUND"]);
  });
});

describe("[OP2] a ban", () => {
  it("from a world ends the seats there and holds at joining, with until and reason, until it is lifted", async () => {
    const here = await newcomer("Banned");
    const ended = closingWith(await here.world("field"));
    const answer = await done("ban", here.identity.id, { room: "world:field", seconds: 3600, reason: "spam" });
    expect(answer).toMatchObject({ rooms: [{ room: "world:field", seats: 1 }], until: expect.any(Number) as number });
    expect(await ended).toEqual(refused("BANNED", `Until ${new Date(answer.until!).toISOString()}. Reason: spam`));
    const logged = server
      .logs()
      .filter(({ person, msg }) => person === here.identity.id && msg === "ended a connection");
    expect(logged.map(({ code }) => code)).toEqual(["BANNED"]);
    await expect(here.world("field")).rejects.toEqual(refused("BANNED", "Reason: spam"));
    await expect(here.world("field")).rejects.toEqual(refused("BANNED", "Until 20"));
    await here.world("pond");
    const held = await asked<{ person: string; room: string }[]>("/ops/restrictions");
    expect(held).toContainEqual(
      expect.objectContaining({ person: here.identity.id, room: "world:field", kind: "ban" }),
    );
    await done("unban", here.identity.id, { room: "world:field" });
    await expect(here.world("field")).resolves.toBeDefined();
  });

  it("from everywhere ends all seats and holds in worlds and chats; signing in as the one who is banned does too", async () => {
    const token = await newToken(server, "bob");
    const here = await newcomer("", token);
    const ended = closing(await here.world("field"));
    await done("ban", here.identity.id);
    expect(await ended).toBe("BANNED");
    for (const join of [() => here.world("field"), () => here.chat("system")]) {
      await expect(join()).rejects.toEqual(refused("BANNED"));
    }
    const guest = await newcomer("Sly");
    await guest.world("field");
    await expect(guest.signIn(token)).rejects.toEqual(refused("BANNED"));
    await done("unban", here.identity.id);
  });

  it("from a chat is the chat's own, by the operator, open or not", async () => {
    const here = await newcomer("Chatty");
    const chat = await here.chat("lobby");
    const ended = closingWith(chat as unknown as World);
    await done("ban", here.identity.id, { room: "chat:lobby" });
    expect(await ended).toEqual(refused("BANNED", "Reason: test"));
    await expect(here.chat("lobby")).rejects.toEqual(refused("BANNED"));
    await done("unban", here.identity.id, { room: "chat:lobby" });
    await here.chat("lobby");
    await done("ban", here.identity.id, { room: "chat:never-open" });
    await expect(here.chat("never-open")).rejects.toEqual(refused("BANNED", "Reason: test"));
    const held = await asked<{ room: string }[]>("/ops/restrictions");
    expect(held.filter(({ room }) => room === "chat:lobby")).toEqual([]);
  });

  it("from a chat is listed and lifted when the chat has closed, too", async () => {
    const here = await newcomer("Lonely");
    const ended = closing((await here.chat("clock")) as unknown as World);
    await done("ban", here.identity.id, { room: "chat:clock" });
    expect(await ended).toBe("BANNED");
    const isOpen = async () => (await get(url, "/ops/rooms/chat:clock", { headers: operator })).status === 200;
    await expect.poll(isOpen).toBe(false);
    const held = async () => {
      const all = await asked<HeldRestriction[]>("/ops/restrictions");
      return all.filter(({ room }) => room === "chat:clock");
    };
    const { id: person } = here.identity;
    expect(await held()).toEqual([{ kind: "ban", person, room: "chat:clock", until: null, reason: "test" }]);
    await done("unban", person, { room: "chat:clock" });
    expect(await held()).toEqual([]);
    await here.chat("clock");
  });

  it("that does not hold cannot be lifted", async () => {
    for (const room of ["all", "world:field", "chat:system", "chat:never"]) {
      expect((await order("unban", "nobody", { room })).json["code"], room).toBe("PERSON_NOT_FOUND");
    }
  });
});

describe("[OP2] a mute", () => {
  it("keeps someone from saying anything in a world, and lets them move and see", async () => {
    const here = await newcomer("Loud");
    const world = await here.world("field");
    await done("mute", here.identity.id, { room: "world:field", reason: "noise" });
    const refusals: string[] = [];
    world.on("refused", ({ code }) => void refusals.push(code));
    await expect(world.say("hello")).rejects.toEqual(refused("MUTED", "Reason: noise"));
    await expect(world.emote("👋")).rejects.toEqual(refused("MUTED"));
    world.send("piece:bell", 1);
    await expect.poll(() => refusals).toEqual(["MUTED"]);
    await done("unmute", here.identity.id, { room: "world:field" });
    await world.say("hello again");
  });

  it("on the whole server holds in chats too", async () => {
    const here = await newcomer("Louder");
    const chat = await here.chat("system");
    await done("mute", here.identity.id, { seconds: 600 });
    await expect(chat.say("hello")).rejects.toEqual(refused("MUTED"));
    await done("unmute", here.identity.id);
    await chat.say("hello");
    await done("mute", here.identity.id, { room: "chat:system" });
    await expect(chat.say("hello")).rejects.toEqual(refused("MUTED"));
  });
});

describe("[OP2] a ban or mute that takes the place of another", () => {
  it.each(["all", "world:field", "chat:lobby", "chat:open-nowhere"])("says so, and lasts, in %s", async (room) => {
    const here = await newcomer("Twice");
    await here.chat("lobby");
    const person = here.identity.id;
    const held = async () => {
      const all = await asked<HeldRestriction[]>("/ops/restrictions");
      return all.filter((one) => one.person === person).map(({ until }) => until);
    };
    const first = await done("mute", person, { room, reason: "first" });
    expect([first.until, first.replaced]).toEqual([null, undefined]);
    const second = await done("mute", person, { room, seconds: 600 });
    expect(second.replaced).toEqual({ until: null, reason: "first" });
    expect(await held()).toEqual([second.until]);
    const third = await done("mute", person, { room, seconds: 900 });
    expect(third.replaced).toEqual({ until: second.until, reason: "test" });
    for (const until of [null, second.until]) {
      const { status, json } = await order("unmute", person, { room, until });
      const message = expect.stringContaining(`Until ${new Date(third.until!).toISOString()}.`) as string;
      expect([status, json]).toEqual([409, expect.objectContaining({ code: "RESTRICTION_CHANGED", message })]);
    }
    expect(await held()).toEqual([third.until]);
    await done("unmute", person, { room, until: third.until });
    expect(await held()).toEqual([]);
    expect((await order("unmute", person, { room, until: third.until })).json["code"]).toBe("PERSON_NOT_FOUND");
  });
});

describe("[OP2] a move", () => {
  it("leads each tab in a world to another; the SDK goes there by itself, looking as before", async () => {
    const here = await newcomer("Wanderer");
    const world = await here.world("field", { avatar: { face: "o_o" } });
    const moved = new Promise((resolve) => world.on("moved", resolve));
    const { rooms } = await done("move", here.identity.id, { to: "Pond", reason: "the pond is nicer" });
    expect(rooms).toEqual([expect.objectContaining({ room: "world:field", seats: 1 })]);
    expect(await moved).toEqual({ slug: "pond", reason: "the pond is nicer" });
    await expect.poll(() => world.connection).toBe("closed");
    const there = await here.world("pond");
    await expect.poll(() => there.me?.avatar.face).toBe("o_o");
    expect((await order("move", here.identity.id, { to: "pond" })).json["code"]).toBe("PERSON_NOT_FOUND");
  });
});

describe("[OP2] a room, live", () => {
  it("has its people with their carriers, its rates, its recent refusals and where it lives", async () => {
    const here = await newcomer("Busy");
    const world = await here.world("meadow");
    world.send(`piece:${"x".repeat(10)}`, "y".repeat(2000));
    await expect
      .poll(() => asked<LiveRoom>("/ops/rooms/world:meadow"))
      .toMatchObject({
        room: "world:meadow",
        roomId: world.room.roomId,
        counts: { people: 1, connections: 1, guests: 1, invisible: 0 },
        people: [{ person: here.identity.id, status: "here", seats: [{ carrier: "websocket", status: "connected" }] }],
        refusals: [{ code: "TOO_LARGE", of: "piece:xxxxxxxxxx", person: here.identity.id }],
        perSecond: { messages: expect.toSatisfy((rate: number) => rate > 0) as number },
      });
    const rooms = (await get(url, "/ops/rooms", { headers: operator })).json as unknown as RoomSummary[];
    expect(rooms).toContainEqual(expect.objectContaining({ room: "world:meadow", people: 1 }));
  });

  it("[OP1] tells who is here: in a world all who hold a seat, in a chat those who are in its piece", async () => {
    const [one, two] = [await newcomer("Here"), await newcomer("Online")];
    await one.world("glade");
    await two.world("glade");
    await one.chat("glade");
    await two.chat("glade");
    await two.travel("brook");
    const metadata = async () => {
      const { rooms } = await asked<{ rooms: { metadata: Record<string, unknown> }[] }>("/monitor/api");
      return rooms.map((room) => room.metadata);
    };
    for (const [kind, label, counts] of [
      ["world", "brook", { people: 1, connections: 1, guests: 1, here: 1 }],
      ["world", "glade", { people: 1, connections: 1, guests: 1, here: 1 }],
      ["chat", "glade", { people: 2, connections: 2, guests: 2, here: 1 }],
    ] as const) {
      const room = `${kind}:${label}`;
      const rooms = () => asked<RoomSummary[]>("/ops/rooms");
      await expect.poll(rooms, { message: room }).toContainEqual(expect.objectContaining({ room, ...counts }));
      expect((await asked<LiveRoom>(`/ops/rooms/${room}`)).counts, room).toEqual({ ...counts, invisible: 0 });
      await expect
        .poll(metadata, { message: room })
        .toContainEqual(expect.objectContaining({ kind, label, ...counts }));
    }
  });

  it("that is not open says so", async () => {
    expect((await get(url, "/ops/rooms/world:nowhere", { headers: operator })).json["code"]).toBe("NOT_FOUND");
  });
});

describe("[OP2] an order that cannot be carried out", () => {
  it.each<[string, string, object]>([
    ["kick", "x", { room: "everywhere" }],
    ["kick", "x", { reason: "" }],
    ["kick", "x", { reason: undefined }],
    ["kick", "x", { extra: 1 }],
    ["kick", "a%20b", {}],
    ["ban", "x", { seconds: 0 }],
    ["ban", "x", { seconds: 1e12 }],
    ["ban", "x", { reason: { length: { toString: 1 } } }],
    ["mute", "x", { room: "audio:master" }],
    ["mute", "x", { until: null }],
    ["unmute", "x", { until: "never" }],
    ["move", "x", {}],
    ["move", "x", { to: "../up" }],
    ["move", "x", { to: "pond", room: "chat:system" }],
  ])("%s %s %j is BAD_BODY", async (action, person, body) => {
    const answer = await order(action, person, body);
    expect([answer.status, answer.json["code"]]).toEqual([400, "BAD_BODY"]);
  });

  it("of another name is not found, and of another method refused", async () => {
    expect((await order("promote", "x", {})).status).toBe(404);
    expect((await get(url, "/ops/people/x/kick", { headers: operator })).status).toBe(405);
    expect((await get(url, "/ops/people/x/kick", { method: "POST", headers: operator })).status).toBe(400);
  });
});

describe("[OP1] the audit log", () => {
  it("has each order with who, whom, where, why and how it ended, and nothing else of anyone", async () => {
    const here = await newcomer("Noted");
    await here.world("field");
    await done("kick", here.identity.id, { reason: "for the record" });
    await order("kick", "nobody-at-all", {});
    const { lines } = await asked<{ lines: AuditLine[] }>("/ops/audit?limit=2");
    expect(lines[0]).toMatchObject({ person: "nobody-at-all", outcome: "PERSON_NOT_FOUND" });
    expect(lines[1]).toMatchObject({
      who: "operator",
      from: "127.0.0.1",
      action: "kick",
      person: here.identity.id,
      room: "all",
      reason: "for the record",
      outcome: "done",
    });
    const logged = server.logs().filter(({ audit }) => audit === true);
    expect(logged).toContainEqual(expect.objectContaining({ reason: "for the record", outcome: "done" }));
    expect((await get(url, "/ops/audit?limit=0", { headers: operator })).status).toBe(400);
  });
});

expectCleanLog(() => server, ["open sesame", operator.authorization.slice(6)]);
