/** What a piece developer types, checked by the compiler: `tsc` fails if a line that must not compile does. */
import type { Room } from "colyseus.js";
import { RTCPeerConnection as OfNode } from "node-datachannel/polyfill";
import {
  type AudioPlayer,
  connect,
  type Hereabouts,
  HereaboutsError,
  type Json,
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
  // @ts-expect-error there is no such event
  world.on("jion", () => {});
  // @ts-expect-error a join has no reason
  world.on("join", ({ reason }) => reason);

  await world.props.set("lamp", { on: true }, { saved: true });
  // @ts-expect-error a function is not JSON
  await world.props.set("lamp", () => {});
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
