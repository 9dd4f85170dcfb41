/** What members may leave with a session, and everything that is tried instead: nothing is left of what is refused. */
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type ClientRequest, request as httpRequest, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import express from "express";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../config.ts";
import { Folders } from "../services/artifacts/folders.ts";
import { type FakeCluster, fakeClusters } from "../services/cluster/testing/fake.ts";
import type { Tokens } from "../services/identity/tokens.ts";
import { LifecycleBus } from "../services/lifecycle.ts";
import { silentLog } from "../services/ops/log.ts";
import type { RoomKey } from "../services/presence/crowd.ts";
import { createPresence, type Presence } from "../services/presence/presence.ts";
import { artifactRoutes } from "./artifacts.ts";
import { errorHandler, notFound } from "./errors.ts";

const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(1000, 7)]);
const room = "world:field";
const patient = { maxBytes: 100_000, idleMs: 10_000, wholeMs: 60_000 };
const brisk = { ...patient, idleMs: 150, wholeMs: 500 };
let limits = patient;

let root: string;
let one: Process;
let other: Process;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), "hereabouts-artifacts-"));
  const { clusters } = fakeClusters(2);
  [one, other] = (await Promise.all(clusters.map(startProcess))) as [Process, Process];
  await one.cluster.claim(room, "room");
  one.open(room);
  for (const person of ["ada", "bob"]) sit(person, room);
});
afterEach(async () => {
  for (const { server, artifacts } of [one, other]) {
    server.close();
    server.closeAllConnections();
    await artifacts.close();
  }
  rmSync(root, { recursive: true, force: true });
});

type Process = { cluster: FakeCluster; presence: Presence; server: Server; url: string; artifacts: Folders } & {
  open(key: string): void;
  end(): void;
};

/** A bearer token is the person that it names. */
async function startProcess(cluster: FakeCluster): Promise<Process> {
  const { config } = readConfig({ AUTH_SECRET: "s".repeat(32), ARTIFACTS_DAYS: "3" });
  const presence = createPresence({ graceMs: 1000, ghostMs: 1000 });
  const onError = (error: unknown) => expect.unreachable(String(error));
  const lifecycle = new LifecycleBus(onError);
  const settings = { ...config, dataDir: join(root, cluster.id), sessionMb: 0.6 };
  const channel = cluster.channel("artifacts");
  const artifacts = new Folders({ config: settings, bus: lifecycle, channel, onError, now: Date.now });
  const tokens = { verify: async (person: string) => ({ person }) } as unknown as Tokens;
  const app = express();
  artifactRoutes(app, { config, tokens, presence, cluster, lifecycle, artifacts, log: silentLog }, limits);
  app.use(notFound, errorHandler({ ...silentLog, limited: (...told) => expect.unreachable(JSON.stringify(told)) }));
  const server = await new Promise<Server>((resolve) => {
    const listening: Server = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await cluster.begin({ peerUrl: url, address: "" }, () => ({ seats: 0, rooms: 0 }));
  const sessionOf = (key: string) => ({ id: "session-1", kind: "world", key, label: "field", created: 1 }) as const;
  return {
    ...{ cluster, presence, artifacts, server, url },
    open: (key) => lifecycle.emit("session.created", { session: sessionOf(key) }),
    end: () => lifecycle.emit("session.removed", { session: sessionOf(room), reason: "empty" }),
  };
}

/** Presence is the same in all processes. */
function sit(person: string, where: RoomKey): void {
  for (const { presence } of [one, other]) {
    const identity = { person, handle: person, name: person, kind: "human", role: "member", guest: false } as const;
    const seat = {
      seat: `${person} ${where}`,
      room: where,
      identity,
      connection: "tab",
      attention: "visible",
    } as const;
    presence.apply({ type: "join", ...seat, share: false, exclusive: false });
  }
}

/** Whole or not. */
const kept = () => globSync(join(root, "*/sessions/*/{screenshots,files,devtools}/*"));
const read = (path: unknown) => readFileSync(kept().find((file) => file.endsWith(`/${path}`))!);

type Sent = { path?: string; person?: string; body?: BodyInit; headers?: Record<string, string>; at?: Process };
async function send({ path = "/session/world/field/screenshots", person = "ada", body = png, ...more }: Sent = {}) {
  const answer = await fetch((more.at ?? one).url + path, {
    method: "POST",
    headers: { ...(person ? { authorization: `Bearer ${person}` } : {}), ...more.headers },
    body,
    duplex: "half",
    signal: AbortSignal.timeout(10_000),
  } as RequestInit);
  return { status: answer.status, headers: answer.headers, json: (await answer.json()) as Record<string, unknown> };
}

/** A request whose body is in the test's hand. */
function begin(headers: Record<string, string | number> = {}, at = one) {
  const options = { method: "POST", headers: { authorization: "Bearer ada", ...headers } };
  const asked = httpRequest(`${at.url}/session/world/field/screenshots`, options);
  asked.on("error", () => {});
  asked.flushHeaders();
  return asked;
}
const answerOf = (asked: ClientRequest) =>
  new Promise<{ status: number; json: Record<string, unknown> }>((resolve, reject) => {
    asked.on("error", reject);
    asked.on("response", async (answer) => {
      const text = (await answer.toArray()).join("");
      resolve({ status: answer.statusCode!, json: JSON.parse(text) });
    });
  });
async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !holds(); await pause(5)) {
    if (performance.now() > end) throw new Error("it did not come to that");
  }
}

describe("[SE2] who is in a room leaves files with its session", () => {
  it("bytes as they are, of the type that their content says", async () => {
    const { status, json } = await send({ path: "/session/world/Field/screenshots?name=sunset.txt" });
    expect(status).toBe(201);
    expect(json).toEqual({
      path: expect.stringMatching(/^screenshots\/sunset-.+\.png$/),
      type: "image/png",
      bytes: png.length,
      keptDays: 3,
    });
    expect(read(json["path"])).toEqual(png);
    const dump = { path: "/session/world/field/devtools", body: "{}", headers: { "content-type": "application/json" } };
    expect((await send(dump)).json).toMatchObject({ path: expect.stringMatching(/^devtools\/devtool-.+\.json$/) });
  });

  it("and nobody else", async () => {
    expect(await send({ person: "" })).toMatchObject({ status: 401, json: { code: "BAD_TOKEN" } });
    expect(await send({ person: "eve" })).toMatchObject({ status: 403, json: { code: "FORBIDDEN" } });
    sit("ada", "chat:system");
    expect(await send({ path: "/session/world/pond/files" })).toMatchObject({ status: 403 });
    one.presence.apply({ type: "leave", seat: `ada ${room}`, reason: "left" });
    expect(await send()).toMatchObject({ status: 403 });
    expect(kept()).toEqual([]);
  });

  it("nowhere else", async () => {
    for (const path of ["world/field/recordings", "world/field/logs", "moon/field/files", "world/field/__proto__"]) {
      expect(await send({ path: `/session/${path}` })).toMatchObject({ status: 404, json: { code: "NOT_FOUND" } });
    }
    expect(await send({ path: "/session/world/create/files" })).toMatchObject({ json: { code: "BAD_SLUG" } });
    expect(await send({ path: "/session/world/..%2ffield/files" })).toMatchObject({ json: { code: "BAD_SLUG" } });
    one.end();
    expect(await send()).toMatchObject({ status: 404, json: { code: "ARTIFACT_NOT_FOUND" } });
  });

  it("not for the page of another site", async () => {
    const origin = { origin: "https://elsewhere.example" };
    expect(await send({ headers: origin })).toMatchObject({ status: 403, json: { code: "CROSS_SITE" } });
    expect(await send({ headers: { origin: one.url } })).toMatchObject({ status: 201 });
  });

  it("whatever they call them", async () => {
    const names = [
      "../../../etc/passwd",
      "a\0b.png",
      "🦔".repeat(50),
      "n".repeat(7000),
      "CON",
      ".hidden",
      "",
      "a/b\\c:d",
    ];
    for (const name of names) {
      const path = `/session/world/field/files?name=${encodeURIComponent(name)}`;
      expect((await send({ path, body: "words" })).status, name).toBe(201);
    }
    expect(await send({ path: "/session/world/field/files?name=a&name=b" })).toMatchObject({
      json: { code: "BAD_BODY" },
    });
    expect(kept().length).toBe(names.length);
    expect(kept().every((path) => /\/world-field-[\w-]+\/files\/[a-z0-9_-]+\.txt$/.test(path))).toBe(true);
  });
});

describe("[SE2] nothing is left of what is refused", () => {
  const refused = async (sent: Sent, status: number, code: string) => {
    expect(await send(sent)).toMatchObject({ status, json: { code, remedy: expect.any(String) } });
    expect(kept()).toEqual([]);
  };

  it("a type that is not kept, whatever it is called", () =>
    refused({ path: "/session/world/field/files?name=a.png", body: Buffer.alloc(64) }, 415, "UPLOAD_TYPE"));

  it("more than one file may have, said at once or found out", async () => {
    await refused({ body: Buffer.concat([png, Buffer.alloc(100_000)]) }, 413, "TOO_LARGE");
    const chunks = new Blob([png, Buffer.alloc(1_000_000)]).stream();
    await refused({ body: chunks }, 413, "TOO_LARGE");
    expect((await send()).status).toBe(201);
  });

  it("more than the session may have, also by two at once", async () => {
    const big = Buffer.concat([png, Buffer.alloc(89_000)]);
    const answers = await Promise.all([send({ body: big }), send({ body: big, person: "bob" })]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 413).length).toBeGreaterThan(0);
    expect(kept().length).toBe(statuses.filter((status) => status === 201).length);
    expect(kept().every((path) => path.endsWith(".png"))).toBe(true);
  });

  it("what is cut off", async () => {
    for (const headers of [{ "content-length": 5000 }, {}] as Record<string, number>[]) {
      const asked = begin(headers);
      asked.write(png);
      await until(() => kept().length === 1);
      asked.destroy();
      await until(() => kept().length === 0);
    }
    expect((await send()).status).toBe(201);
  });

  it("more at once than one may have under way", async () => {
    const first = [begin({ "content-length": 5000 }), begin({ "content-length": 5000 })];
    for (const asked of first) asked.write(png);
    await until(() => kept().length === 2);
    const third = await send();
    expect(third).toMatchObject({ status: 429, json: { code: "TOO_FAST", retryAfterMs: 1000 } });
    expect(third.headers.get("retry-after")).toBe("1");
    expect((await send({ person: "bob" })).status).toBe(201);
    for (const asked of first) asked.destroy();
    await until(() => kept().length === 1);
    expect((await send()).status).toBe(201);
  });

  it("more in a minute than twenty", async () => {
    for (let i = 0; i < 20; i++) expect((await send()).status).toBe(201);
    // another one is due every three seconds
    for (let i = 0; i < 20 && (await send()).status === 201; ) i++;
    expect(await send()).toMatchObject({ status: 429, json: { retryAfterMs: expect.any(Number) } });
    expect((await send({ person: "bob" })).status).toBe(201);
  });
});

describe("[SE2] what comes too slowly is refused", () => {
  beforeAll(() => {
    limits = brisk;
  });
  afterAll(() => {
    limits = patient;
  });
  const slow = { status: 408, json: { code: "BODY_SLOW" } };

  it("where nothing more comes, here and through another process", async () => {
    for (const at of [one, other]) {
      const silent = begin({ "content-length": 5000 }, at);
      silent.write(png);
      expect(await answerOf(silent)).toMatchObject(slow);
      expect(kept()).toEqual([]);
    }
  });

  it("where a byte comes now and then", async () => {
    const trickling = begin({ "content-length": 5000 });
    trickling.write(png);
    const drops = setInterval(() => trickling.write("."), 50);
    expect(await answerOf(trickling)).toMatchObject(slow);
    clearInterval(drops);
    expect(kept()).toEqual([]);
  });
});

describe("[SE2] the connection of what was refused goes on", () => {
  /** What comes on one connection, as text. */
  function converse() {
    const socket: Socket = connect(Number(new URL(one.url).port), "127.0.0.1");
    let heard = "";
    socket.on("data", (bytes) => (heard += bytes));
    socket.on("error", () => {});
    return {
      socket,
      heard: () => heard,
      statuses: () => [...heard.matchAll(/HTTP\/1.1 (\d+)/g)].map(([, code]) => code),
    };
  }
  const head = (path: string, person: string, bytes: number) =>
    `POST ${path} HTTP/1.1\r\nhost: here\r\nauthorization: Bearer ${person}\r\ncontent-length: ${bytes}\r\n\r\n`;

  it("with what was asked for meanwhile", async () => {
    const { socket, statuses } = converse();
    const screenshots = "/session/world/field/screenshots";
    socket.write(head(screenshots, "eve", 80_000));
    socket.write(Buffer.alloc(80_000));
    socket.write(head(screenshots, "ada", 9_000_000));
    await until(() => statuses().length === 2);
    socket.write(Buffer.alloc(9_000_000));
    socket.write(Buffer.concat([Buffer.from(head(screenshots, "ada", png.length)), png]));
    socket.write(Buffer.concat([Buffer.from(head(screenshots, "bob", png.length)), png]));
    await until(() => statuses().length === 4);
    expect(statuses()).toEqual(["403", "413", "201", "201"]);
    expect(kept().length).toBe(2);
    socket.destroy();
  });
});

describe("[OP5] a room of another process", () => {
  it("takes what is sent here", async () => {
    const { status, json } = await send({ at: other });
    expect(status).toBe(201);
    expect(read(json["path"])).toEqual(png);
    const chunks = new Blob([png, Buffer.alloc(1_000_000)]).stream();
    expect(await send({ at: other, body: chunks })).toMatchObject({ status: 413, json: { code: "TOO_LARGE" } });
    expect(await send({ at: other, person: "eve" })).toMatchObject({ status: 403 });
    expect(kept().length).toBe(1);
  });

  it("keeps nothing of what is cut off here", async () => {
    const asked = begin({}, other);
    asked.write(png);
    await until(() => kept().length === 1);
    asked.destroy();
    await until(() => kept().length === 0);
  });

  it("that is gone is said to be", async () => {
    one.server.close();
    one.server.closeAllConnections();
    expect(await send({ at: other })).toMatchObject({ status: 503, json: { code: "UNAVAILABLE" } });
  });
});
