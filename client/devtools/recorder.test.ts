/** What devtools count, and what they call it: held against frames as Colyseus's own SDK makes them. */
import { Protocol, Room } from "colyseus.js";
import { describe, expect, it } from "vitest";
import { writeDatagram } from "../../schema/datagrams.ts";
import { movementType } from "../../schema/frames.ts";
import { frameOfBytes } from "../colyseus.ts";
import type { TapLink } from "../tap.ts";
import { WeatherTap } from "../weather.ts";
import { codes, nameOf } from "./frameName.ts";
import { Recorder } from "./recorder.ts";

const webSocket: TapLink = { room: "world", carrier: "websocket" };
const datagram: TapLink = { room: "world", carrier: "datagram" };
const moving = frameOfBytes(movementType, Uint8Array.of(1, 2, 3));

describe("the names of frames", () => {
  it("[SD4] know every code that Colyseus has", () => {
    expect(Object.keys(codes).map(Number)).toEqual(Object.values(Protocol).sort((a, b) => a - b));
  });

  it("[SD4] are the types of messages and requests, as the SDK sends them", () => {
    const room = new Room("names");
    const sent: string[] = [];
    const send = (frame: Uint8Array) => void sent.push(nameOf(frame, webSocket));
    room.connection = { isOpen: true, send } as unknown as Room["connection"];
    room.send("piece:bell", { tone: 3 });
    room.send("piece:".padEnd(60, "x"));
    room.sendBytes(movementType, Uint8Array.of(1));
    room.sendBytes(9, Uint8Array.of(1));
    for (let i = 0; i < 300; i++) room.request("say", { text: "hi" }).catch(() => {});
    expect(sent.slice(0, 4)).toEqual(["piece:bell", "piece:".padEnd(60, "x"), "movement", "message 9"]);
    expect(new Set(sent.slice(4))).toEqual(new Set(["say"]));
  });

  it("[SD4] look into datagrams, and make something of anything", () => {
    const header = { seq: 1, echo: undefined };
    expect(nameOf(writeDatagram(header), datagram)).toBe("heartbeat");
    expect(nameOf(writeDatagram(header, moving), datagram)).toBe("movement");
    expect(nameOf(Uint8Array.of(Protocol.ROOM_STATE_PATCH | 0x20), webSocket)).toBe("patch");
    for (let byte = 0; byte < 256; byte++) {
      for (const rest of [[], [byte], [0xd9, 200], [0xce, 1]]) {
        expect(nameOf(Uint8Array.of(byte, ...rest), webSocket)).toEqual(expect.any(String));
      }
    }
  });
});

describe("the recorder", () => {
  it("[SD4] counts each way, carrier and name, with rates since the last look", () => {
    const recorder = new Recorder(new WeatherTap(), 0);
    const passed: number[] = [];
    const pass = (frame: Uint8Array) => void passed.push(frame.length);
    for (let i = 0; i < 4; i++) recorder.out(moving, webSocket, pass);
    recorder.in(writeDatagram({ seq: 1, echo: undefined }, moving), datagram, pass);
    const [out, back] = recorder.look(2000);
    expect(out).toMatchObject({ way: "out", carrier: "websocket", name: "movement", frames: 4, perSecond: 2 });
    expect(back).toMatchObject({ way: "in", carrier: "datagram", name: "movement", frames: 1, bytes: 15 });
    expect(recorder.look(3000)[0]).toMatchObject({ frames: 4, perSecond: 0, bytesPerSecond: 0 });
    expect(passed).toEqual([5, 5, 5, 5, 15]);
  });

  it("[SD4] is not filled by names without end", () => {
    const recorder = new Recorder(new WeatherTap(), 0);
    for (let type = 2; type < 120; type++) recorder.in(frameOfBytes(type, Uint8Array.of(1)), webSocket, () => {});
    const flows = recorder.look(1000);
    expect(flows.length).toBeLessThan(70);
    expect(flows[0]!.name).toBe("others");
  });
});
