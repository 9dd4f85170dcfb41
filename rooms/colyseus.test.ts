/** Fails loudly when a new Colyseus changes what rooms/colyseus.ts and BaseRoom lean on. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo, Socket } from "node:net";
import {
  type Client,
  ClientState,
  enqueueClientRaw,
  getMessageBytes,
  matchMaker,
  Protocol,
  ProtocolModifier,
  Room,
  SchemaSerializer,
  ServerError,
} from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { InputEncoder } from "@colyseus/schema/input";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import packageJson from "../package.json" with { type: "json" };
import {
  backlogOf,
  detachState,
  forgetRemoved,
  frameMargin,
  gateInbound,
  lastInputOf,
  ping,
  rejectRequest,
  sendFrame,
  sendUnreliablyBy,
  takeJoins,
} from "./colyseus.ts";
import { codeMask } from "./inbound.ts";

const Notes = schema({ texts: t.map("string") }, "Notes");
const Note = schema({ text: t.string() }, "Note");
const Page = schema({ note: t.ref(Note), place: t.string() }, "Page");
const Book = schema({ pages: t.map(Page) }, "Book");
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

  it("numbers unreliable inputs, and keeps the number of the last one taken", () => {
    const Push = schema({ by: t.float32() }, "Push");
    const room = new (class extends Room {
      override inputs = this.defineInput(Push) as unknown as Room["inputs"];
    })();
    type Controller = Record<"allocate" | "register" | "decodeUnreliable", (...args: unknown[]) => void>;
    const { _inputController: controller } = room as unknown as { _inputController: Controller };
    const one = client({ sessionId: "one" });
    controller.allocate(one);
    controller.register("one", one);
    expect(lastInputOf(one)).toBe(0);
    const encoder = new InputEncoder(new Push(), { mode: "unreliable", historySize: 3 });
    for (let i = 0; i < 4; i++) encoder.encode();
    controller.decodeUnreliable(one, Buffer.of(Protocol.ROOM_INPUT_UNRELIABLE, ...encoder.encode()), 0);
    const inputs = room.inputs!.get("one");
    expect([inputs.size, lastInputOf(one)]).toEqual([3, 0]);
    inputs.next();
    expect(lastInputOf(one)).toBe(3);
  });

  it("answers a request as ctx.reject does", () => {
    const refused = client();
    rejectRequest(refused, 7, { code: "TOO_FAST" });
    const expected = getMessageBytes[Protocol.ROOM_RESPONSE](7, 1, { code: "TOO_FAST" });
    expect(refused.enqueueRaw).toHaveBeenCalledWith(expected);
    const source = readFileSync("node_modules/@colyseus/shared-types/src/Protocol.ts", "utf8");
    expect(source).toMatch(/REJECTED: 1,/);
  });

  it("sends unreliable fields by rawUnreliable, to whoever has one and has joined", () => {
    const State = schema({ name: t.string(), x: t.int16().unreliable() }, "ContractState");
    const state = new State();
    const serializer = new SchemaSerializer<InstanceType<typeof State>>();
    serializer.reset(state);
    serializer.applyPatches([]);
    const sent: Buffer[][] = [];
    const clients = [ClientState.JOINED, ClientState.JOINED, ClientState.JOINING].map((state, i) => {
      const one = client({ state });
      sent[i] = [];
      if (i !== 1) sendUnreliablyBy(one, (bytes) => sent[i]!.push(Buffer.from(bytes)));
      return one;
    });
    for (const x of [5, 6]) {
      state.x = x;
      expect(serializer.applyUnreliablePatches(clients)).toBe(true);
    }
    expect(sent.map(({ length }) => length)).toEqual([2, 0, 0]);
    const [first, second] = sent[0]!;
    expect(first![0]! & codeMask).toBe(Protocol.ROOM_STATE_PATCH);
    expect([first!.readUInt16LE(1), second!.readUInt16LE(1)]).toEqual([1, 2]);
    expect(clients[0]!.raw).not.toHaveBeenCalled();
  });

  it("numbers those from 1 for each client, as the SDK counts from 0", () => {
    const one = client();
    const numbers: number[] = [];
    sendUnreliablyBy(one, (bytes) => numbers.push(Buffer.from(bytes).readUInt16LE(1)));
    for (let seq = 65_000; seq < 65_000 + 40_000; seq++) {
      const shared = Buffer.from([
        Protocol.ROOM_STATE_PATCH | ProtocolModifier.UNRELIABLE,
        seq & 0xff,
        (seq >> 8) & 0xff,
      ]);
      one.rawUnreliable!(shared);
    }
    expect(numbers).toEqual(Array.from({ length: 40_000 }, (_, i) => i + 1));
    const source = readFileSync("node_modules/colyseus.js/src/Room.ts", "utf8");
    expect(source).toContain("if ((((seq - this.#lastUnreliableSeq) << 16) >> 16) <= 0) { return; }");
    expect(source).toContain("this.#lastUnreliableSeq = 0;");
  });

  it("takes a frame that came another way, past the gate, as it takes one of the socket", () => {
    const room = new Room();
    const handled = vi.fn();
    room.onMessage("hi", handled);
    const handOn = gateInbound(room, () => expect.unreachable("whoever hands it on has asked"));
    const within = Uint8Array.of(99, Protocol.ROOM_DATA, 0xa2, 0x68, 0x69, 99).subarray(1, 5);
    handOn(client(), within);
    expect(handled).toHaveBeenCalledTimes(1);
  });

  it("keeps what is sent before a join is acknowledged, where backlogOf counts it", () => {
    const joining = client({ state: 0, _enqueuedMessages: [], ref: { bufferedAmount: 5 } });
    enqueueClientRaw(joining as unknown as Parameters<typeof enqueueClientRaw>[0], Buffer.alloc(100));
    expect(backlogOf(joining)).toBe(105);
    expect(backlogOf(client({ ref: { bufferedAmount: 5 } }))).toBe(5);
  });

  it("sends pings and frames of any length as ws does, in one write instead of two, and frames past the streams", async () => {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    const reader = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [[ref]] = (await Promise.all([once(server, "connection"), once(reader, "open")])) as [[WebSocket], unknown];
    const { _socket: stream } = ref as unknown as { _socket: Socket & { _handle: { writeBuffer(): number } } };
    const [write, direct] = [vi.spyOn(stream, "write"), vi.spyOn(stream._handle, "writeBuffer")];
    for (const length of [0, 125, 126, 1100, 65_535]) {
      const payload = Buffer.alloc(length, length);
      const received = once(reader, "message");
      direct.mockClear();
      const isFree = sendFrame(client({ ref }), Buffer.concat([Buffer.alloc(frameMargin), payload]));
      expect([await received, direct.mock.calls.length, isFree]).toEqual([[payload, true], 1, true]);
    }
    expect(write).not.toHaveBeenCalled();
    write.mockClear();
    const answered = once(ref, "pong");
    ping(client({ ref }));
    expect([await answered, write.mock.calls.length]).toEqual([[Buffer.alloc(0)], 1]);
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
      const ref = { readyState, _sender: { _state, sendFrame: direct } };
      expect(sendFrame(client({ raw, ref }), framed)).toBe(false);
    }
    const queued = vi.fn();
    ping(client({ ref: { ping: queued, _sender: { _state: 1, sendFrame: direct } } }));
    expect(queued).toHaveBeenCalledOnce();
    expect(raw.mock.calls).toEqual([[Buffer.from([9])], [Buffer.from([9])]]);
    expect(direct).not.toHaveBeenCalled();
  });

  it("sends state that the next patch and the next newcomer's do not overwrite, and encodes it once", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const sent = (detach: boolean) => {
      const serializer = new SchemaSerializer<InstanceType<typeof Notes>>();
      const state = new Notes();
      serializer.reset(state);
      if (detach) detachState({ _serializer: serializer } as unknown as Room);
      const kept: Uint8Array[] = [];
      const whole: Buffer[] = [];
      const keep = (bytes: Uint8Array) => {
        kept.push(bytes);
        whole.push(Buffer.from(bytes));
      };
      for (let round = 0; round < 3; round++) {
        state.texts.set("note", String(round).repeat(20_000));
        keep(serializer.getFullState());
        serializer.applyPatches([client({ raw: keep, ref: {} }), client({ state: 0 })]);
      }
      return { isWhole: kept.every((bytes, i) => whole[i]!.equals(bytes)), whole };
    };
    const plain = sent(false);
    expect(plain.isWhole, "Colyseus keeps it apart by itself: detachState may go").toBe(false);
    const warnings = warn.mock.calls.length;
    const detached = sent(true);
    expect(detached).toEqual({ isWhole: true, whole: plain.whole });
    expect(warn.mock.calls.length - warnings).toBeLessThan(warnings);
    warn.mockRestore();
  });

  it("remembers nothing of what is taken out of a state, and sends all of what is put back as it did", () => {
    const act = fc.record({ at: fc.nat(3), page: fc.nat(5), doing: fc.constantFrom("put", "take", "change", "patch") });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const sent = (forget: boolean) => {
          const serializer = new SchemaSerializer<InstanceType<typeof Book>>();
          const state = new Book();
          serializer.reset(state);
          if (forget) forgetRemoved({ _serializer: serializer } as unknown as Room);
          const frames: Buffer[] = [];
          const all = [client({ raw: (bytes: Uint8Array) => frames.push(Buffer.from(bytes)), ref: {} })];
          const pages = Array.from(
            { length: 6 },
            (_, i) => new Page({ note: new Note({ text: `note ${i}` }), place: "" }),
          );
          for (const [turn, { at, page, doing }] of acts.entries()) {
            if (doing === "put") state.pages.set(String(at), pages[page]!);
            else if (doing === "take") state.pages.delete(String(at));
            else if (doing === "change") pages[page]!.place = String(turn);
            else serializer.applyPatches(all);
          }
          serializer.applyPatches(all);
          frames.push(Buffer.from(serializer.getFullState()));
          const { encoder } = serializer as unknown as { encoder: { root: { refCount: object; changeTrees: object } } };
          const { refCount, changeTrees } = encoder.root;
          return { frames, remembered: Object.keys(refCount).sort(), there: Object.keys(changeTrees).sort() };
        };
        const [plain, forgetting] = [sent(false), sent(true)];
        expect(forgetting.frames).toEqual(plain.frames);
        expect(forgetting.remembered).toEqual(forgetting.there);
      }),
    );
    const source = readFileSync("node_modules/@colyseus/schema/src/encoder/Root.ts", "utf8");
    expect(source, "Colyseus forgets by itself: forgetRemoved may go").toContain("this.refCount[refId] = 0;");
  });

  it("answers joins with what invokeMethod throws, so that no word is taken for a status", async () => {
    const { controller } = matchMaker;
    const before = controller.invokeMethod;
    const failing = vi.fn();
    controller.invokeMethod = failing;
    const onSeat = vi.fn();
    takeJoins({
      joinOrCreate: async () => ({ name: "world", sessionId: "s", roomId: "r", processId: "p" }),
      onSeat,
      addressOf: (processId) => `${processId}.example.org`,
      explain: (error) => new ServerError(500, `explained: ${(error as Error).message}`),
    });
    const context = { headers: new Headers(), ip: undefined };
    expect(await controller.invokeMethod("joinOrCreate", "world", {}, context)).toMatchObject({
      roomId: "r",
      publicAddress: "p.example.org",
    });
    expect(onSeat).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ processId: "p", sessionId: "s" }));
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
    expect(source).toMatch(/setInterval\(\(\) => this\.broadcastUnreliablePatch\(\)/);
  });

  it("is the version this was written for", () => {
    const { version } = JSON.parse(readFileSync("node_modules/@colyseus/core/package.json", "utf8")) as {
      version: string;
    };
    expect(version).toBe(packageJson.dependencies["@colyseus/core"]);
  });
});
