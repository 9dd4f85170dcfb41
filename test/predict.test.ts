/** A piece with a game, in a real server with real datagrams: what its page shows, what the server has, and who cheats. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Hereabouts, TapLink, World } from "../client/index.ts";
import { type PredictedGame, predict } from "../client/predict.ts";
import type { Puck } from "../pieces/puck.ts";
import { puckGame } from "../schema/puck.ts";
import { createTestSite, type TestSite, until } from "../testing/index.ts";
import { sleep } from "./lib/pace.ts";

const frameMs = 16;
/** Protocol.ROOM_INPUT_UNRELIABLE. */
const inputCode = 20;

let site: TestSite;
beforeAll(async () => {
  site = await createTestSite({ datagrams: true });
});
afterAll(() => site?.close());

interface Player {
  here: Hereabouts;
  world: World<Puck>;
  table: PredictedGame<typeof puckGame>;
  /** What the player does. */
  input: { x: number; y: number };
  /** How far each frame's last correction moved them. */
  corrections: number[];
  /** Stops their page. */
  end(): void;
}
const players: Player[] = [];
afterEach(async () => {
  for (const player of players.splice(0)) {
    player.end();
    await player.here.close();
  }
});

async function enter(name: string, options: Parameters<TestSite["connect"]>[1] = {}): Promise<Player> {
  const here = await site.connect(name, options);
  const world = await here.world<Puck>("puck");
  const table = predict(world, puckGame);
  const input = { x: 0, y: 0 };
  const corrections: number[] = [];
  const timer = setInterval(() => {
    table.frame(performance.now(), () => input);
    const { "me.x": x = 0, "me.y": y = 0 } = table.corrections;
    corrections.push(Math.hypot(x, y));
  }, frameMs);
  const end = () => {
    clearInterval(timer);
    table.close();
  };
  const player = { here, world, table, input, corrections, end };
  players.push(player);
  await until(() => table.me && world.link.carrier === "datagram", { withinMs: 15_000 });
  return player;
}

/** Where someone is for someone else, as the server said. */
const seenBy = ({ table }: Player, { world }: Player) => table.players.get(world.me!.id)!;
const apart = (a: { x: number; y: number }, b: { x: number; y: number }) => Math.hypot(a.x - b.x, a.y - b.y);

describe("[WO7] a game", () => {
  it("moves oneself before the server knows, and ends where the server has it, with 100 ms each way and 5 % lost", async () => {
    const [ada, bob] = [await enter("Ada", { weather: { delayMs: 100, loss: 0.05 } }), await enter("Bob")];
    await sleep(500);
    const from = ada.table.me!.x;
    ada.input.x = 1;
    await until(() => ada.table.me!.x > from + 3);
    expect(seenBy(ada, ada).x).toBeCloseTo(from, 3);
    ada.corrections.length = 0;
    for (let turn = 0; turn < 10; turn++) {
      Object.assign(ada.input, { x: Math.cos(turn), y: Math.sin(turn * 1.7) });
      await sleep(250);
    }
    Object.assign(ada.input, { x: 0, y: 0 });
    await until(() => apart(seenBy(bob, ada), ada.table.me!) < 0.01, { withinMs: 10_000 });
    const exact = ada.corrections.filter((by) => by < 0.001).length / ada.corrections.length;
    expect(exact).toBeGreaterThan(0.7);
  });

  it("has inputs by datagram alone, and goes on over the WebSocket where none arrives", async () => {
    const ada = await enter("Ada");
    const sent = { datagram: 0, websocket: 0 };
    let isLost = false;
    ada.here.tap({
      out(frame: Uint8Array, { carrier }: TapLink, pass: (frame: Uint8Array) => void) {
        // a datagram has a head of its own before the frame
        if (carrier === "datagram" ? frame.includes(inputCode) : frame[0] === inputCode) sent[carrier]++;
        if (carrier === "websocket" || !isLost) pass(frame);
      },
      in: (frame, { carrier }, pass) => (carrier === "websocket" || !isLost) && pass(frame),
    });
    await sleep(1000);
    expect([sent.datagram > 15, sent.websocket]).toEqual([true, 0]);
    isLost = true;
    await until(() => ada.world.link.carrier === "websocket");
    const { x } = ada.table.me!;
    ada.input.x = 1;
    await until(() => seenBy(ada, ada).x > x + 30);
    expect(sent.websocket).toBeGreaterThan(0);
    ada.input.x = 0;
    await until(() => apart(seenBy(ada, ada), ada.table.me!) < 0.01, { withinMs: 10_000 });
  });

  it("comes back after a broken connection, on a seat of its own", async () => {
    const [ada, bob] = [await enter("Ada"), await enter("Bob")];
    const { room } = ada.world;
    room.connection.close();
    await until(() => ada.world.room !== room && ada.world.connection === "open", { withinMs: 10_000 });
    const { y } = seenBy(bob, ada);
    ada.input.y = y > 270 ? -1 : 1;
    await until(() => Math.abs(seenBy(bob, ada).y - y) > 50);
    ada.input.y = 0;
    await until(() => apart(seenBy(bob, ada), ada.table.me!) < 0.01, { withinMs: 10_000 });
    expect(bob.table.players.size).toBe(2);
  });

  it("has one body for the tabs of a person, which the newest moves", async () => {
    const first = await enter("Ada", { handle: "ada" });
    const second = await enter("Ada", { handle: "ada" });
    await until(() => first.world.role === "spectator" && !first.table.isPlaying);
    expect(second.table.players.size).toBe(1);
    const { y } = seenBy(first, second);
    first.input.y = y > 270 ? 1 : -1;
    second.input.y = y > 270 ? -1 : 1;
    await until(() => (seenBy(first, second).y - y) * second.input.y > 50);
    await first.world.play();
    await until(() => first.table.isPlaying && (seenBy(second, first).y - y) * first.input.y > 0);
  });

  it("is played no more once it is closed, whatever its page goes on to draw", async () => {
    const { table } = await enter("Ada");
    table.close();
    table.frame(performance.now(), () => ({ x: 1 }));
    expect([table.isPlaying, table.me, table.players.size]).toEqual([false, undefined, 1]);
  });

  it("is where people are, for everyone who asks the world; and nobody moves but by it", async () => {
    const [ada, bob] = [await enter("Ada"), await enter("Bob")];
    const refused: string[] = [];
    ada.world.on("refused", ({ code }) => refused.push(code));
    ada.world.moveTo({ x: 5, y: 5 });
    await until(() => refused.includes("PIECE_REFUSED"));
    const person = bob.world.people.get(ada.world.me!.id)!;
    await until(() => person.placed && apart(person, seenBy(bob, ada)) < 1);
  });
});

describe("[WO7] whoever cheats in a game", () => {
  /** Sends so many inputs at once, by Colyseus alone. */
  function send(player: Player, count: number, values: { x: number; y: number }): void {
    player.end();
    const input = player.world.room.input<typeof values>();
    for (let i = 0; i < count; i++) {
      Object.assign(input.data, values);
      input.send();
    }
  }
  /** The way that has room. */
  const wayOf = ({ y }: { y: number }) => (y > 270 ? -1 : 1);

  it("with numbers beyond all bounds moves as others do, and with none at all not at all", async () => {
    const [ada, bob] = [await enter("Ada"), await enter("Bob")];
    const from = { ...seenBy(bob, ada) };
    send(ada, 20, { x: Number.NaN, y: wayOf(from) * 1e30 });
    await until(() => Math.abs(seenBy(bob, ada).y - from.y) > 10);
    expect(seenBy(bob, ada).x).toBeCloseTo(from.x, 1);
  });

  it("with many more inputs than steps is refused those, and plays on", async () => {
    const [ada, bob] = [await enter("Ada"), await enter("Bob")];
    const refused = new Set<string>();
    ada.world.on("refused", ({ code }) => refused.add(code));
    const { y } = seenBy(bob, ada);
    send(ada, 120, { x: 0, y: wayOf({ y }) });
    await until(() => Math.abs(seenBy(bob, ada).y - y) > 50);
    expect([...refused]).toEqual(["TOO_FAST"]);
  });

  it("with junk is refused, and plays on", async () => {
    const [ada, bob] = [await enter("Ada"), await enter("Bob")];
    const refused: string[] = [];
    ada.world.on("refused", ({ code }) => refused.push(code));
    const { connection } = ada.world.room;
    const junk = [
      [],
      [1, 0xd0, 0xfe],
      [1, 5, 0x80],
      [1, 5, 0x85, 0, 0, 0, 0],
      [0xce, 255, 255, 255, 255, 0],
      [255, 255],
    ];
    for (const bytes of junk) connection.send(Uint8Array.of(inputCode, ...bytes));
    connection.send(Uint8Array.of(inputCode - 1, 0x80, 0, 0, 0, 0));
    await until(() => refused.length >= 5);
    expect(new Set(refused)).toEqual(new Set(["BAD_FRAME"]));
    const { y } = seenBy(bob, ada);
    ada.input.y = y > 270 ? -1 : 1;
    await until(() => Math.abs(seenBy(bob, ada).y - y) > 50);
  });
});
