/** Joins that belong to another process: how it is asked, and what is made of its answer. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type AuthContext, matchMaker, Room } from "@colyseus/core";
import { expect, it, onTestFinished } from "vitest";
import type { Member } from "../services/cluster/cluster.ts";
import { Matchmaking } from "./matchmaking.ts";

matchMaker.defineRoomType("world", Room);

/** Process `id`, which takes every world to be at process "there". */
function matchmakingOf(id: string, peerUrl = ""): Matchmaking {
  const there: Member = { id: "there", peerUrl, address: "", seats: 0, rooms: 0, isDraining: false };
  const cluster = {
    id,
    isCurrent: true,
    members: () => [there],
    own: () => undefined,
    find: async (key: string) => ({ key, process: "there", value: "room", fence: 1 }),
    claim: () => Promise.reject(new Error("not here")),
    release: async () => {},
  };
  return new Matchmaking({ cluster, secret: "shared", keys: { world: "slug" }, boundTo: async () => undefined });
}

/** Process "there": answers one status after the other, the last for ever. */
async function startThere(...statuses: number[]) {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((req, res: ServerResponse) => {
    asked.push(req.headers);
    const status = statuses[Math.min(asked.length, statuses.length) - 1]!;
    const body = status === 200 ? { roomId: "room" } : { code: status, error: "INTERNAL: Something went wrong." };
    res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const contextOf = (headers: Record<string, string> = {}) => ({ headers: new Headers(headers) }) as AuthContext;
const join = (matchmaking: Matchmaking, context = contextOf()) =>
  matchmaking.joinOrCreate("world", { slug: "meadow" }, context);

it("[OP5] asks again while the other process cannot, and gives its answer on", async () => {
  const { asked, url } = await startThere(503, 503, 200);
  expect(await join(matchmakingOf("here", url))).toEqual({ roomId: "room" });
  expect(asked).toHaveLength(3);
});

// 523: Colyseus's, of a room that could not be made; 429: too many join there
it.each([429, 500, 523])("[OP5] asks once where the other process fails with %i", async (status) => {
  const { asked, url } = await startThere(status);
  await expect(join(matchmakingOf("here", url))).rejects.toMatchObject({ code: status });
  expect(asked).toHaveLength(1);
});

it("[OP5] takes a join as passed on from those who have the secret, and for itself only", async () => {
  const { asked, url } = await startThere(200);
  await join(matchmakingOf("here", url));
  const seal = contextOf({ "x-hereabouts-passed-on": String(asked[0]!["x-hereabouts-passed-on"]) });
  await expect(join(matchmakingOf("another", url), seal)).rejects.toMatchObject({ code: 503 });
  const forged = contextOf({ "x-hereabouts-passed-on": "here" });
  await expect(join(matchmakingOf("here", url), forged)).rejects.toMatchObject({ code: 503 });
  expect(asked).toHaveLength(1);
});

it("[SE6] opens a world where it lives, and none in a process that stood still, however long it is nobody's", async () => {
  expect(await matchmakingOf("here").open("world", { slug: "meadow" })).toBe("room");
  let isCurrent = true;
  const asked: string[] = [];
  const cluster = {
    id: "here",
    get isCurrent() {
      return isCurrent;
    },
    members: () => [],
    own: () => undefined,
    async find(key: string) {
      asked.push(key);
      isCurrent = asked.length < 3;
      return undefined;
    },
    // another process is always first, and gone again
    claim: async (key: string) => ({ key, process: "there", value: "room", fence: 1 }),
    release: async () => {},
  };
  const matchmaking = new Matchmaking({ cluster, secret: "", keys: { world: "slug" }, boundTo: async () => undefined });
  await expect(matchmaking.open("world", { slug: "meadow" })).rejects.toMatchObject({ code: "UNAVAILABLE" });
  expect(asked).toEqual(Array(3).fill("world:meadow"));
});
