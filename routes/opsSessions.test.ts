/** What was kept of sessions, for operators and viewers only; what members sent shows or downloads, and runs nowhere. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRig } from "../services/artifacts/testing/rig.ts";
import type { Audit } from "../services/ops/audit.ts";
import { silentLog } from "../services/ops/log.ts";
import { ask } from "../test/lib/http.ts";
import { errorHandler, notFound } from "./errors.ts";
import { OperatorDoor } from "./operatorDoor.ts";
import { authenticate, refuseCrossSite } from "./operators.ts";
import { mountSessionFiles } from "./opsSessions.ts";

const login = { operatorPassword: "operates", viewerPassword: "views" };
const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(92, 7)]);

let rig: ReturnType<typeof createRig>;
let session: ReturnType<typeof rig.create>;
let folder: string;
let audited: object[];
let server: Server;
let url: string;
beforeEach(async () => {
  rig = createRig();
  session = rig.create("field");
  folder = session.folder.name;
  await rig.folders.flush();
  audited = [];
  const app = express();
  app.use("/ops", refuseCrossSite, authenticate(new OperatorDoor(login, { note: async () => {} })));
  const audit: Audit = { note: async (entry) => void audited.push(entry), read: async () => [] };
  mountSessionFiles(app, { artifacts: rig.folders, audit });
  app.use(notFound, errorHandler(silentLog));
  server = await new Promise<Server>((resolve) => {
    const listening: Server = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

async function keep(kind: "screenshots" | "files", body: Uint8Array): Promise<string> {
  const bytes = (async function* () {
    yield body;
  })();
  return (await session.folder.store({ kind, name: "one", body: bytes, person: "ada" })).path;
}

const as = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
});
const operator = as("operator", "operates");
const viewer = as("viewer", "views");

const asked = (path: string, headers: Record<string, string> = viewer, method = "GET") =>
  fetch(url + path, { method, headers });
const json = async (path: string) => (await asked(path)).json() as Promise<Record<string, unknown>>;

describe("[OP1] what was kept of sessions", () => {
  it("is listed, newest first, by pages", async () => {
    for (let i = 2; i <= 5; i++) {
      rig.clock.now += 1000;
      rig.create(`field-${i}`);
    }
    await rig.folders.flush();
    const all = await json("/ops/sessions");
    expect(all).toMatchObject({
      total: 5,
      sessions: ["field-5", "field-4", "field-3", "field-2", "field"].map((label) => ({ label })),
    });
    const page = await json("/ops/sessions?offset=1&limit=2");
    expect(page).toMatchObject({ total: 5, sessions: [{ label: "field-4" }, { label: "field-3" }] });
    for (const query of ["limit=0", "limit=1e9", "offset=-1", "offset=a", "limit=1&limit=2"]) {
      expect((await asked(`/ops/sessions?${query}`)).status, query).toBe(400);
    }
  });

  it("is shown one by one, with its files", async () => {
    const path = await keep("screenshots", png);
    expect(await json(`/ops/sessions/${folder}`)).toMatchObject({
      id: "field-id",
      files: expect.arrayContaining([expect.objectContaining({ path })]),
    });
    expect((await asked("/ops/sessions/world-none")).status).toBe(404);
  });

  it("is for those who log in, from no other site", async () => {
    const path = `/ops/sessions/${folder}/files/${await keep("screenshots", png)}`;
    for (const at of ["/ops/sessions", `/ops/sessions/${folder}`, path]) {
      expect((await asked(at, {})).status).toBe(401);
      expect((await asked(at, { authorization: "Bearer ada" })).status).toBe(401);
      expect((await asked(at, { ...operator, origin: "https://elsewhere.example" })).status).toBe(403);
      expect((await asked(at, { ...operator, "sec-fetch-site": "cross-site" })).status).toBe(403);
      for (const role of [viewer, operator]) expect((await asked(at, role)).status).toBe(200);
    }
  });

  it("leads nowhere else", async () => {
    await keep("files", Buffer.from("words"));
    const ways = [
      "../session.json",
      "..%2f..%2fsecret",
      "%2e%2e/%2e%2e/secret",
      "files/..%2f..%2f..%2fsecret",
      "%00",
      "files",
      "",
    ];
    for (const way of ways) {
      const { status } = await ask(url, `/ops/sessions/${folder}/files/${way}`, viewer);
      expect(status, way).toBe(404);
    }
    for (const name of ["..", "%2e%2e", "..%2f..", "."]) {
      expect((await ask(url, `/ops/sessions/${name}/files/secret`, viewer)).status, name).toBe(404);
    }
  });
});

describe("[SE2] what members sent", () => {
  it("is shown where it is a picture, sound or text, in a sandbox", async () => {
    const picture = await asked(`/ops/sessions/${folder}/files/${await keep("screenshots", png)}`);
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(png);
    expect(Object.fromEntries(picture.headers)).toMatchObject({
      "content-type": "image/png",
      "content-disposition": expect.stringMatching(/^inline; filename="one-[\w.]+png"$/),
      "content-security-policy": expect.stringMatching(/^sandbox; default-src 'none';/),
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    });
    const page = await keep("files", Buffer.from("words <script>alert(1)</script>"));
    const text = await asked(`/ops/sessions/${folder}/files/${page}`);
    expect(text.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  });

  it("is given in parts", async () => {
    const path = `/ops/sessions/${folder}/files/${await keep("screenshots", png)}`;
    const part = await asked(path, { ...viewer, range: "bytes=10-19" });
    expect(part.status).toBe(206);
    expect(part.headers.get("content-range")).toBe("bytes 10-19/100");
    expect(Buffer.from(await part.arrayBuffer())).toEqual(png.subarray(10, 20));
    const beyond = await asked(path, { ...viewer, range: "bytes=900-" });
    expect(beyond.status).toBe(400);
    expect(await beyond.json()).toMatchObject({ code: "BAD_BODY" });
    expect((await asked(path, viewer, "HEAD")).headers.get("content-length")).toBe("100");
  });
});

describe("[OP1] a session's folder is taken out", () => {
  it("by operators, audited, and not while the session lives", async () => {
    const path = `/ops/sessions/${folder}`;
    expect((await asked(path, viewer, "DELETE")).status).toBe(403);
    expect((await asked(path, operator, "DELETE")).status).toBe(409);
    expect(audited.at(-1)).toMatchObject({ action: "remove session", outcome: "ARTIFACT_IN_USE" });
    for (const happens of [session.join, session.leave]) happens("ada");
    session.remove();
    await rig.folders.flush();
    expect((await asked(path, { ...operator, origin: "https://elsewhere.example" }, "DELETE")).status).toBe(403);
    const removed = await asked(path, operator, "DELETE");
    expect(await removed.json()).toEqual({ folder, removed: true });
    const done = { who: "operator", action: "remove session", details: folder, outcome: "done" };
    expect(audited.at(-1)).toMatchObject(done);
    expect((await asked(path)).status).toBe(404);
    expect((await asked(path, operator, "DELETE")).status).toBe(404);
  });
});

describe("[OP1] one file is taken out", () => {
  it("by operators, audited, also while the session lives; what is being written is not", async () => {
    const [first, second] = [await keep("screenshots", png), await keep("files", Buffer.from("words"))];
    session.join("ada");
    session.folder.log("server", "{}");
    await rig.folders.flush();
    const at = (path: string) => `/ops/sessions/${folder}/files/${path}`;
    expect((await asked(at(first), viewer, "DELETE")).status).toBe(403);
    expect(await (await asked(at(first), operator, "DELETE")).json()).toEqual({ folder, path: first, removed: true });
    expect(audited.at(-1)).toMatchObject({ action: "remove file", details: `${folder}/${first}`, outcome: "done" });
    expect((await asked(at(first), operator, "DELETE")).status).toBe(404);
    for (const path of ["logs/server.jsonl", "session.json"]) {
      expect((await asked(at(path), operator, "DELETE")).status, path).toBe(409);
    }
    session.remove();
    await rig.folders.flush();
    for (const path of [second, "logs/server.jsonl"]) {
      expect((await asked(at(path), operator, "DELETE")).status, path).toBe(200);
    }
    expect((await asked(at("session.json"), operator, "DELETE")).status).toBe(409);
    expect(rig.manifest(folder)).toMatchObject({ files: [], bytes: 4096 });
  });
});
