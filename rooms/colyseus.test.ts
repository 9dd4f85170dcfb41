/** Fails loudly when a new Colyseus changes what rooms/colyseus.ts and BaseRoom lean on. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import {
  type Client,
  enqueueClientRaw,
  getMessageBytes,
  matchMaker,
  Protocol,
  Room,
  ServerError,
} from "@colyseus/core";
import { describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import packageJson from "../package.json" with { type: "json" };
import { backlogOf, frameMargin, gateInbound, guardJoins, rejectRequest, sendFrame } from "./colyseus.ts";

const client = (overrides: object = {}) =>
  ({ state: 1, enqueueRaw: vi.fn(), raw: vi.fn(), ...overrides }) as unknown as Client & { enqueueRaw: typeof vi.fn };

describe("Colyseus, as it is pinned", () => {
  it("passes each frame through the room's own _onMessage, which the gate stands before", () => {
    const room = new Room();
    const handled = vi.fn();
    room.onMessage("hi", handled);
    const passed: number[] = [];
    gateInbound(room, (_, bytes) => passed.push(bytes[0]!) > 1);
    const frame = Buffer.from([Protocol.ROOM_DATA, 0xa2, 0x68, 0x69]);
    const receive = (room as unknown as { _onMessage(client: Client, bytes: Buffer): void })._onMessage;
    receive.call(room, client(), frame);
    expect(handled).not.toHaveBeenCalled();
    receive.call(room, client(), frame);
    expect(handled).toHaveBeenCalledOnce();
    expect(passed).toEqual([Protocol.ROOM_DATA, Protocol.ROOM_DATA]);
  });

  it("binds _onMessage of the instance when a client has joined", () => {
    const source = readFileSync("node_modules/@colyseus/core/src/Room.ts", "utf8");
    expect(source).toContain("client.ref.on('message', this._onMessage.bind(this, client))");
  });

  it("answers a request as ctx.reject does", () => {
    const refused = client();
    rejectRequest(refused, 7, { code: "TOO_FAST" });
    const expected = getMessageBytes[Protocol.ROOM_RESPONSE](7, 1, { code: "TOO_FAST" });
    expect(refused.enqueueRaw).toHaveBeenCalledWith(expected);
    const source = readFileSync("node_modules/@colyseus/shared-types/src/Protocol.ts", "utf8");
    expect(source).toMatch(/REJECTED: 1,/);
  });

  it("keeps what is sent before a join is acknowledged, where backlogOf counts it", () => {
    const joining = client({ state: 0, _enqueuedMessages: [], ref: { bufferedAmount: 5 } });
    enqueueClientRaw(joining as unknown as Parameters<typeof enqueueClientRaw>[0], Buffer.alloc(100));
    expect(backlogOf(joining)).toBe(105);
    expect(backlogOf(client({ ref: { bufferedAmount: 5 } }))).toBe(5);
  });

  it("sends frames of any length as ws does, in one write instead of two", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    const reader = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [[ref]] = (await Promise.all([once(server, "connection"), once(reader, "open")])) as [[WebSocket], unknown];
    const write = vi.spyOn((ref as unknown as { _socket: Socket })._socket, "write");
    for (const length of [0, 125, 126, 1100, 65_535]) {
      const payload = Buffer.alloc(length, length);
      const received = once(reader, "message");
      write.mockClear();
      sendFrame(client({ ref }), Buffer.concat([Buffer.alloc(frameMargin), payload]));
      expect([await received, write.mock.calls.length]).toEqual([[payload, true], 1]);
    }
    reader.terminate();
    server.close();
  });

  it("sends a frame behind what ws has queued, and none to a socket that is closing", () => {
    const raw = vi.fn();
    const framed = Buffer.from([0, 0, 0, 0, 9]);
    const direct = vi.fn();
    for (const [readyState, _state] of [
      [WebSocket.OPEN, 1],
      [WebSocket.CLOSING, 0],
    ]) {
      sendFrame(client({ raw, ref: { readyState, _sender: { _state, sendFrame: direct } } }), framed);
    }
    expect(raw.mock.calls).toEqual([[Buffer.from([9])], [Buffer.from([9])]]);
    expect(direct).not.toHaveBeenCalled();
  });

  it("answers joins with what invokeMethod throws, so that no word is taken for a status", async () => {
    const { controller } = matchMaker;
    const before = controller.invokeMethod;
    const failing = vi.fn();
    controller.invokeMethod = failing;
    guardJoins((error) => new ServerError(500, `explained: ${(error as Error).message}`));
    failing.mockRejectedValue(Object.assign(new Error("disk"), { code: "ERR_SQLITE_ERROR" }));
    await expect(controller.invokeMethod("join", "world")).rejects.toMatchObject({
      code: 500,
      message: "explained: disk",
    });
    failing.mockRejectedValue(new ServerError(401, "no"));
    await expect(controller.invokeMethod("join", "world")).rejects.toMatchObject({ code: 401 });
    controller.invokeMethod = before;
    const source = readFileSync("node_modules/@colyseus/core/src/router/default_routes.ts", "utf8");
    expect(source).toContain("await matchMaker.controller.invokeMethod(");
  });

  it("patches from a bare timer, which BaseRoom.broadcastPatch guards", () => {
    const source = readFileSync("node_modules/@colyseus/core/src/Room.ts", "utf8");
    expect(source).toMatch(/setInterval\(\(\) => this\.broadcastPatch\(\)/);
  });

  it("is the version this was written for", () => {
    const { version } = JSON.parse(readFileSync("node_modules/@colyseus/core/package.json", "utf8")) as {
      version: string;
    };
    expect(version).toBe(packageJson.dependencies["@colyseus/core"]);
  });
});
