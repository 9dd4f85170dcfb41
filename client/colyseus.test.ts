/** Fails loudly when a new version of Colyseus's SDK changes what client/colyseus.ts leans on. */
import { readFileSync } from "node:fs";
import { Protocol, Room } from "colyseus.js";
import { describe, expect, it, vi } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { deliver, frameOfBytes, sendUnreliablyBy, tapRoom } from "./colyseus.ts";
import { Wire } from "./tap.ts";

/** A room as `client.join` makes it, with a socket that is not there: `wire` is what it would send. */
function joined() {
  const room = new Room("contract");
  room.connect("ws://127.0.0.1:9", {});
  const transport = room.connection.transport as unknown as { ws: WebSocket; send(bytes: Uint8Array): void };
  transport.ws.onerror = transport.ws.onclose = () => {};
  transport.ws.close();
  const wire: number[][] = [];
  transport.send = (bytes) => wire.push([...bytes]);
  vi.spyOn(room.connection, "isOpen", "get").mockReturnValue(true);
  return { room, wire };
}

describe("Colyseus's SDK, as it is pinned", () => {
  it("sends unreliable messages by the transport's sendUnreliable, and falls back to send", () => {
    const { room, wire } = joined();
    const sent: number[][] = [];
    let isTaken = true;
    sendUnreliablyBy(room, (frame) => {
      sent.push([...frame]);
      return isTaken;
    });
    room.sendUnreliable("hi");
    isTaken = false;
    room.sendUnreliable("hi");
    const frame = [Protocol.ROOM_DATA, 0xa2, 0x68, 0x69];
    expect([sent, wire]).toEqual([[frame, frame], [frame]]);
    room.send("hi");
    room.sendBytes(1, Uint8Array.of(5));
    expect([sent.length, wire.length]).toEqual([2, 3]);
  });

  it("sends inputs of mode unreliable by the connection's sendUnreliable", () => {
    const source = readFileSync("node_modules/colyseus.js/src/input/InputHandle.ts", "utf8");
    expect(source).toContain("conn.sendUnreliable(framed)");
    const connection = readFileSync("node_modules/colyseus.js/src/Connection.ts", "utf8");
    expect(connection).toContain("this.transport.sendUnreliable(data);");
  });

  it("takes a delivered frame as one of its WebSocket", () => {
    const { room } = joined();
    const heard: unknown[] = [];
    room.onMessage(1, (bytes: Uint8Array) => heard.push([...bytes]));
    deliver(room, frameOfBytes(1, Uint8Array.of(7, 8)));
    deliver(room, Uint8Array.of(99, Protocol.ROOM_DATA_BYTES, 1, 9, 99).subarray(1, 4));
    expect(heard).toEqual([[7, 8], [9]]);
  });

  it("[SD4] passes what its WebSocket brings and takes through a tap, and datagrams beside it", () => {
    const { room, wire: sent } = joined();
    const wire = new Wire();
    tapRoom(room, wire, "world");
    const { ws } = room.connection.transport as unknown as { ws: WebSocket };
    const bring = (bytes: Uint8Array) => ws.onmessage?.({ data: bytes.slice().buffer } as MessageEvent);
    const heard: unknown[] = [];
    room.onMessage(1, ([byte]: Uint8Array) => heard.push(byte));
    const seen: unknown[] = [];
    const held: (() => void)[] = [];
    const off = wire.tap({
      out(frame, { carrier }, pass) {
        seen.push(["out", carrier, ...frame]);
        pass(frame);
      },
      in(frame, { room: name }, pass) {
        seen.push(["in", name, ...frame]);
        held.push(() => pass(frame));
      },
    });
    room.sendBytes(1, Uint8Array.of(5));
    bring(frameOfBytes(1, Uint8Array.of(6)));
    deliver(room, frameOfBytes(1, Uint8Array.of(7)));
    expect([heard, sent.length]).toEqual([[7], 1]);
    held[0]!();
    expect(heard).toEqual([7, 6]);
    expect(seen).toEqual([
      ["out", "websocket", ...frameOfBytes(1, Uint8Array.of(5))],
      ["in", "world", ...frameOfBytes(1, Uint8Array.of(6))],
    ]);
    off();
    bring(frameOfBytes(1, Uint8Array.of(8)));
    expect([heard, seen.length]).toEqual([[7, 6, 8], 2]);
  });

  it.each([0, 1, 127])("encodes a message of bytes with number %i as frameOfBytes does", (type) => {
    const { room, wire } = joined();
    room.sendBytes(type, Uint8Array.of(1, 2, 3));
    expect(wire).toEqual([[...frameOfBytes(type, Uint8Array.of(1, 2, 3))]]);
  });

  it("is the version this was written for", () => {
    const { version } = JSON.parse(readFileSync("node_modules/colyseus.js/package.json", "utf8")) as {
      version: string;
    };
    expect(packageJson.dependencies["colyseus.js"]).toBe(`npm:@colyseus/sdk@${version}`);
  });
});
