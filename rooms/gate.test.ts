/** What a datagram may say in a room: only what may be lost, under the budget of its seat, and nothing that ends it. */
import { ClientState, Protocol, Room } from "@colyseus/core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { messageFrame, requestFrame } from "../test/lib/raw.ts";
import { Budget } from "./budget.ts";
import { Gate } from "./gate.ts";
import { inRoom } from "./plugins/context.ts";
import { newSession } from "./plugins/lifecycle.ts";
import type { SeatClient } from "./seat.ts";
import type { RoomServices } from "./services.ts";
import { Traffic } from "./traffic.ts";

const inputs = { decodeReliable: vi.fn(), decodeUnreliable: vi.fn() };
const handled = vi.fn();
const onBytes = vi.fn();
let room: TestRoom;
let client: ReturnType<typeof newClient>;

class TestRoom extends Room {
  readonly key = "world:test";
  readonly services = {
    metrics: { refused: { inc: vi.fn() }, errors: { inc: vi.fn() } },
    log: { limited: vi.fn(), debug: vi.fn() },
    cluster: { isCurrent: true },
    now: () => 0,
  } as unknown as RoomServices;
  readonly traffic = new Traffic();
  readonly gate = new Gate(this);
  readonly onBytes = onBytes;
  readonly checkInput = vi.fn();
  readonly end = vi.fn();
  readonly session = newSession("world", "test", 0);
  within<T>(...args: [SeatClient, string, () => T]): T {
    return inRoom(this, ...args);
  }
}

function newClient(movesPerSecond = 1000) {
  const budget = new Budget({ movesPerSecond, messagesPerSecond: 1000, abuseRefusals: 10_000 }, performance.now());
  const ref = { emit: vi.fn(), removeAllListeners: vi.fn() };
  const made = {
    state: ClientState.JOINED,
    userData: { budget, identity: { person: "ada", handle: "Ada" } },
    ref,
    send: vi.fn(),
    raw: vi.fn(),
    leave: vi.fn(),
  };
  return Object.assign(made as unknown as SeatClient, made);
}

beforeEach(() => {
  vi.clearAllMocks();
  room = new TestRoom();
  Object.assign(room, { _inputController: inputs, inputs: {} });
  room.gate.handle("say", z.object({ text: z.string() }), handled);
  room.gate.handleCustom("piece:", (_, type, message) => handled(type, message));
  client = newClient();
});

/** Codes of the refusals that were told. */
const refusals = () => client.send.mock.calls.map(([, refusal]) => (refusal as unknown as { code: string }).code);

describe("[MV3] a datagram", () => {
  it("may be a message of bytes, an unreliable input, or a message of the piece that asks for no answer", () => {
    room.gate.receiveUnreliable(client, Uint8Array.of(Protocol.ROOM_DATA_BYTES, 1, 7, 8));
    room.gate.receiveUnreliable(client, Uint8Array.of(Protocol.ROOM_INPUT_UNRELIABLE, 1, 0));
    room.gate.receiveUnreliable(client, messageFrame("piece:bell", { tone: 3 }));
    expect(onBytes.mock.calls.map(([, type, payload]) => [type, [...payload]])).toEqual([[1, [7, 8]]]);
    expect(inputs.decodeUnreliable).toHaveBeenCalledOnce();
    expect(handled.mock.calls).toEqual([["piece:bell", { tone: 3 }]]);
    expect(refusals()).toEqual([]);
  });

  it.each([
    ["a request", requestFrame(1, "say", { text: "hi" })],
    ["a request of the piece", requestFrame(1, "piece:bell", 1)],
    ["an ordinary message", messageFrame("say", { text: "hi" })],
    ["an input of the reliable path", Buffer.of(Protocol.ROOM_INPUT_RELIABLE, 1, 2)],
    ["that input with a flag set", Buffer.of(Protocol.ROOM_INPUT_RELIABLE | 0x80, 1, 2)],
    ["an input whose length is negative", Buffer.of(Protocol.ROOM_INPUT_UNRELIABLE, 1, 0xd0, 0xfe)],
    ["an input that ends too early", Buffer.of(Protocol.ROOM_INPUT_UNRELIABLE, 1, 5, 0x80)],
    ["the acknowledgement of a join", Buffer.of(Protocol.JOIN_ROOM)],
    ["the end of a seat", Buffer.of(Protocol.LEAVE_ROOM)],
    ["the end of a seat with a flag set", Buffer.of(Protocol.LEAVE_ROOM | 0x40)],
    ["a ping", Buffer.of(Protocol.PING)],
    ["nothing", Buffer.alloc(0)],
    ["state, as the server sends it", Buffer.of(Protocol.ROOM_STATE, 1, 2, 3)],
    ["a message that is no MessagePack", Buffer.concat([messageFrame("piece:bell"), Buffer.of(0xc1)])],
  ])("may not be %s: it is refused, and the seat kept", (_, frame) => {
    room.gate.receiveUnreliable(client, frame);
    expect(refusals()).toEqual(["BAD_FRAME"]);
    expect(
      [handled, onBytes, inputs.decodeReliable, inputs.decodeUnreliable].map((fn) => fn.mock.calls.length),
    ).toEqual([0, 0, 0, 0]);
    expect([room.end, client.leave, client.raw].map((fn) => vi.mocked(fn).mock.calls.length)).toEqual([0, 0, 0]);
    expect(client.state).toBe(ClientState.JOINED);
  });

  it("counts against the budget of its seat, as what comes over the WebSocket does", () => {
    client = newClient(5);
    for (let i = 0; i < 20; i++) room.gate.receiveUnreliable(client, Uint8Array.of(Protocol.ROOM_DATA_BYTES, 1, i));
    expect(onBytes.mock.calls.length).toBeLessThan(7);
    expect(refusals()[0]).toBe("TOO_FAST");
  });

  it("is nothing from a seat that is over, or is not there yet", () => {
    const frame = Uint8Array.of(Protocol.ROOM_DATA_BYTES, 1, 7);
    client.userData!.ended = "KICKED";
    room.gate.receiveUnreliable(client, frame);
    room.gate.receiveUnreliable({ ...client, userData: undefined } as unknown as SeatClient, frame);
    expect([onBytes.mock.calls.length, refusals()]).toEqual([0, []]);
  });

  it("is refused as an input where the room takes none, and ends a seat that is refused without end", () => {
    Object.assign(room, { inputs: undefined });
    room.gate.receiveUnreliable(client, Uint8Array.of(Protocol.ROOM_INPUT_UNRELIABLE, 1));
    expect(refusals()).toEqual(["UNKNOWN_MESSAGE"]);
    for (let i = 0; i < 10_000; i++) room.gate.receiveUnreliable(client, new Uint8Array());
    expect(room.end).toHaveBeenCalledWith(client, "ABUSE");
  });
});

describe("[OP5] a process that stood still", () => {
  const send = (frame: Buffer) => (room as unknown as { _onMessage: Receive })._onMessage(client, frame);
  type Receive = (client: SeatClient, frame: Buffer) => void;

  it("takes nothing until it knows what it still has, and says so to those who ask", () => {
    Object.assign(room.services.cluster, { isCurrent: false });
    client.enqueueRaw = vi.fn();
    send(messageFrame("say", { text: "late" }));
    send(requestFrame(7, "say", { text: "late" }));
    expect(handled).not.toHaveBeenCalled();
    expect(client.enqueueRaw).toHaveBeenCalledOnce();
    Object.assign(room.services.cluster, { isCurrent: true });
    send(messageFrame("say", { text: "now" }));
    expect(handled).toHaveBeenCalledOnce();
  });
});
