/**
 * Life for pages to show: people with names of all kinds in worlds, chats and pieces, an audio session that plays, a world
 * that was left and recorded, someone who is banned.
 */
import { connect, type Hereabouts } from "../../client/index.ts";
import type { Bells } from "../../pieces/bells.ts";
import type { Paint } from "../../pieces/paint.ts";
import type { FolderDetails, FolderInfo } from "../../schema/artifacts.ts";
import { post } from "./fetch.ts";
import { basicAuth } from "./http.ts";
import { pause } from "./until.ts";

const people = [
  { name: "Ada", at: [-96, 30], color: "#4f86c6", says: "who lit the lamp?" },
  { name: "Bartholomew-Maximilian of the Outer Hebrides and Beyond", at: [92, -26], color: "#e39b3b", says: "" },
  { name: "ليلى بنت عبد الله", at: [168, 66], color: "#c65f8d", says: "مرحبا بكم في الحقل" },
  { name: "👩🏽‍🚀🌈", at: [-190, -64], color: "#5fa777", says: `see https://example.org/${"long-".repeat(30)}` },
] as const;

export interface Life {
  /** Of the recording that was made: its folder, and its path there. */
  readonly recording: string;
  /** The audio session that plays. */
  readonly session: string;
  end(): Promise<void>;
}

/** `slugs`: worlds that some of them are in, beside those that have what is special. `password`: of the operator. */
export async function liveIn(url: string, options: { slugs: readonly string[]; password: string }): Promise<Life> {
  const operator = basicAuth("operator", options.password);
  const all = await Promise.all(
    people.map(async ({ name, color }) => ({
      here: await connect(url, { name, storage: null, datagrams: false }),
      avatar: { color },
    })),
  );
  const [ada, bart, layla] = all as [Person, Person, Person];
  const recorded = await Promise.all(all.slice(0, 3).map(({ here, avatar }) => here.world("shore", { avatar })));
  await recorded[0]!.say("the tide is out");
  await recorded[1]!.props.set("lamp-1", { on: true });
  await Promise.all(recorded.map((world) => world.leave()));
  await Promise.all(all.map(inField));
  await Promise.all(options.slugs.map(async (slug) => ada.here.world(slug, { avatar: ada.avatar })));
  await talk(all);
  await Promise.all([paint(ada, 1), paint(layla, 4), ring(ada, [0, 9, 18, 27]), ring(bart, [36, 45, 54])]);
  const { json } = await post(url, "/api/session/create", { sessionName: "evening" });
  const session = String(json["sessionId"]);
  const banned = await connect(url, { name: "Mallory <b>", storage: null, datagrams: false });
  const order = { room: "chat:system", reason: "the same line, forty times over", seconds: 3600 };
  await post(url, `/ops/people/${banned.identity.id}/ban`, order, operator);
  return {
    session,
    recording: await recordingOf(url, operator),
    end: async () => void (await Promise.all([...all.map(({ here }) => here), banned].map((here) => here.close()))),
  };
}

type Person = { here: Hereabouts; avatar: { color: string } };

async function inField({ here, avatar }: Person, index: number): Promise<void> {
  const { at, says } = people[index]!;
  const world = await here.world("field", { avatar });
  world.moveTo({ x: at[0], y: at[1] });
  if (says) await world.say(says);
  world.send("piece:drawing", "x".repeat(2000)); // is refused
}

async function talk(all: readonly Person[]): Promise<void> {
  for (const [index, { here }] of all.entries()) {
    const chat = await here.chat("system");
    await chat.say(people[index]!.says || `${"a".repeat(90)} and some words`);
    await chat.say("one line after another");
  }
}

async function paint({ here, avatar }: Person, color: number): Promise<void> {
  const world = await here.world<Paint>("paint", { avatar });
  const wave = (y: number) =>
    Array.from({ length: 40 }, (_, i) => [200 + i * 30, Math.round(y + 120 * Math.sin(i / 5 + color))]).flat();
  for (const w of [3, 8, 20] as const) await world.ask("draw", { c: color, w, p: wave(160 * color + w * 10) });
}

async function ring({ here, avatar }: Person, cells: readonly number[]): Promise<void> {
  const world = await here.world<Bells>("bells", { avatar });
  for (const cell of cells) await world.ask("toggle", { cell });
}

/** Waits until the recording of the world that was left is whole. */
async function recordingOf(url: string, headers: Record<string, string>): Promise<string> {
  const ask = async <T>(path: string) => (await (await fetch(url + path, { headers })).json()) as T;
  for (let tries = 0; tries < 200; tries++) {
    const { sessions } = await ask<{ sessions: FolderInfo[] }>("/ops/sessions");
    const folder = sessions.find(({ key }) => key === "world:shore");
    const { files } = folder ? await ask<FolderDetails>(`/ops/sessions/${folder.name}`) : { files: [] };
    const recording = files.find(({ path }) => path.endsWith(".capsule"));
    if (recording) return `${folder!.name}/${recording.path}`;
    await pause(50);
  }
  throw new Error("The world that was left has no recording.");
}
