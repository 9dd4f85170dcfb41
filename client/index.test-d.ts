/** What a piece developer types, checked by the compiler: `tsc` fails if a line that must not compile does. */
import type { Room } from "colyseus.js";
import { RTCPeerConnection as OfNode } from "node-datachannel/polyfill";
import {
  type AudioPlayer,
  type Chat,
  connect,
  type Following,
  type Hereabouts,
  HereaboutsError,
  type Json,
  type KeptFile,
  type Person,
  type PluggedDatagrams,
  plugDatagrams,
  type World,
} from "./index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

export async function aPiece(): Promise<void> {
  const here = await connect("http://localhost:2567", { name: "Ada" });
  holds<Equal<typeof here, Hereabouts>>();
  for (const datagrams of [RTCPeerConnection, OfNode, false]) await connect("http://localhost:2567", { datagrams });
  // @ts-expect-error this makes no data channels
  await connect("http://localhost:2567", { datagrams: Date });
  for (const logs of [true, {}, { console: false, errors: true }]) await connect("http://localhost:2567", { logs });
  // @ts-expect-error there is no such part
  await connect("http://localhost:2567", { logs: { network: true } });
  const world = await here.world("meadow", { avatar: { color: "#fff" }, share: true });
  holds<Equal<typeof world, World>>();

  world.moveTo({ x: 1, y: 2 });
  world.moveTo({ x: 1, y: 2, z: 3, angle: Math.PI });
  // @ts-expect-error a pose needs both x and y
  world.moveTo({ x: 1 });

  for (const person of world.people.values()) {
    holds<Equal<typeof person.x, number>>();
    holds<Equal<typeof person.status, "here" | "away" | "ghost">>();
    holds<Equal<typeof person.to, string | undefined>>();
    // @ts-expect-error others are moved by themselves
    person.x = 3;
  }

  world.on("join", ({ person }) => holds<Equal<typeof person, Person>>());
  world.on("leave", ({ reason }) => reason satisfies "left" | "lost" | "moved" | "kicked" | "drained" | "replaced");
  world.on("refused", (error) => holds<Equal<typeof error, HereaboutsError>>());
  world.on("prop", ({ value }) => holds<Equal<typeof value, Json | undefined>>());
  world.on("piece:bell", ({ data }) => holds<Equal<IsAny<typeof data>, false>>());
  world.on("piece:say", ({ fromPiece }) => holds<Equal<typeof fromPiece, boolean>>());
  // @ts-expect-error there is no such event
  world.on("jion", () => {});
  // @ts-expect-error a join has no reason
  world.on("join", ({ reason }) => reason);

  await world.props.set("lamp", { on: true }, { saved: true });
  // @ts-expect-error a function is not JSON
  await world.props.set("lamp", () => {});
  const { slug, status } = await world.fork("meadow-by-night");
  holds<Equal<typeof slug, string>>();
  holds<Equal<typeof status, "forked" | "joined">>();
  // @ts-expect-error it wants a name
  await world.fork();
  holds<Equal<ReturnType<typeof world.props.get>, Json | undefined>>();
  world.send("piece:bell", { tone: 3 });
  // @ts-expect-error custom messages begin with piece:
  world.send("bell", 3);

  holds<Equal<IsAny<typeof world.room.state>, false>>();
  holds<Equal<typeof world.room.state.slug, string>>();
  holds<Equal<IsAny<Person["avatar"]>, false>>();
  holds<Equal<typeof here.identity.handle, string>>();

  try {
    await here.travel("pond");
  } catch (error) {
    if (error instanceof HereaboutsError && error.code === "ROOM_FULL") throw error;
    // @ts-expect-error no such code
    if (error instanceof HereaboutsError && error.code === "ROOM_FUL") throw error;
  }
}

export async function along(here: Hereabouts, world: World, chat: Chat): Promise<void> {
  for (const person of world.people.values()) await here.follow(person);
  const following = await here.follow("an id", { share: true });
  holds<Equal<typeof following, Following>>();
  for (const person of chat.people.values()) await here.follow(person);
  following.on("arrived", (arrival) => holds<Equal<typeof arrival.world, World>>());
  following.on("ended", ({ reason, error }) => {
    holds<Equal<typeof error, HereaboutsError | undefined>>();
    reason satisfies "stopped" | "travelled" | "left" | "hidden" | "cycle" | "refused" | "lost";
  });
  holds<Equal<typeof following.slug, string>>();
  following.stop();
  // @ts-expect-error it ends by stop()
  following.ended = "stopped";
  // @ts-expect-error there is no such event
  following.on("arived", () => {});
  // @ts-expect-error one follows a person
  await here.follow(world);
}

type Bell = { state: { rung: number }; messages: { ring: { takes: { by: number }; answers: { rung: number } } } };

export async function aServerSide(here: Hereabouts): Promise<void> {
  const world = await here.world<Bell>("bell");
  holds<Equal<typeof world, World<Bell>>>();
  holds<Equal<typeof world.piece.rung, number>>();
  // @ts-expect-error it is the server's
  world.piece.rung = 3;
  holds<Equal<ReturnType<typeof world.ask<"ring">>, Promise<{ rung: number }>>>();
  await world.ask("ring", { by: 2 });
  // @ts-expect-error it takes a number
  await world.ask("ring", { by: "two" });
  // @ts-expect-error there is no such message
  await world.ask("rign", { by: 2 });
  world.on("piece", ({ fields }) => fields satisfies readonly string[]);
  const any: World = world;
  holds<Equal<(typeof any.piece)[string], Json>>();
  holds<Equal<ReturnType<typeof any.ask<"ring">>, Promise<Json>>>();
}

export async function aPicture(world: World, canvas: HTMLCanvasElement): Promise<void> {
  for (const kept of [await world.screenshot(), await world.screenshot(canvas, "sunset"), await world.inspect()]) {
    holds<Equal<typeof kept, KeptFile>>();
  }
  await world.screenshot(new OffscreenCanvas(2, 2));
  for (const what of [new Blob(), new File([], "a.png"), new Uint8Array(3), "words"]) await world.upload(what);
  const { path, type, bytes, keptDays } = await world.upload("words", { name: "notes", kind: "devtools" });
  [path, type, bytes, keptDays] satisfies [string, string, number, number];
  // @ts-expect-error there is no such folder
  await world.upload("words", { kind: "logs" });
  // @ts-expect-error this is no picture's source
  await world.screenshot(document.body);
  const here = await connect();
  await (await here.chat("system")).upload("words");
  await (await here.audio()).upload("words");
}

export async function aTap(here: Hereabouts): Promise<void> {
  holds<Equal<ReturnType<typeof here.joined.worlds.get>, World | undefined>>();
  const off = here.tap({
    in: (frame, { carrier }, pass) => carrier === "websocket" && pass(frame),
    out: (frame, _link, pass) => setTimeout(pass, 100, frame.slice()),
  });
  off();
  // @ts-expect-error a tap has two ways
  here.tap({ in() {} });
  // @ts-expect-error worlds are joined with world()
  here.joined.worlds.clear();
}

export async function aRadio(): Promise<void> {
  const audio = await (await connect()).audio("evening");
  holds<Equal<typeof audio, AudioPlayer>>();
  audio.on("heard", ({ track, next }) => [track.title, next?.title] satisfies [string, string | undefined]);
  audio.on("ended", ({ reason }) => reason satisfies "deleted" | "cleaned" | "target_gone" | "closing");
  audio.playback satisfies "paused" | "starting" | "playing" | "blocked" | "recovering" | "ended";
  // @ts-expect-error sound begins with play()
  audio.playback = "playing";
  await audio.direction("more_energy");
  // @ts-expect-error there is no such direction
  await audio.direction("louder");
  await audio.create("evening", { direction: "calmer" });
  const session = await audio.fork("night");
  holds<Equal<typeof session.type, "master" | "named" | "follower">>();
  holds<Equal<IsAny<typeof audio.room.state>, false>>();
  holds<Equal<typeof audio.room.state.track.title, string>>();
}

export async function aRoomOfOnesOwn(room: Room): Promise<void> {
  const plugged = plugDatagrams(room, { onChange: ({ carrier }) => carrier satisfies "datagram" | "websocket" });
  holds<Equal<typeof plugged, PluggedDatagrams>>();
  plugDatagrams(room, { datagrams: false }).close();
  // @ts-expect-error a world has its own
  plugDatagrams(await (await connect()).world("meadow"));
}
