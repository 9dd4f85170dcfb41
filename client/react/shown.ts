/** What hooks show of a world, a chat and the player, and the events at which that changes. */
import type { HereaboutsError } from "../../schema/errors.ts";
import type { AudioPlayer, Chat, World } from "../types.ts";
import type { Stage } from "./shared.ts";
import type { AudioResult, ChatResult, WorldResult } from "./types.ts";

type Changed = (error?: HereaboutsError) => void;

const noCounts: Chat["counts"] = { online: 0, here: 0, connections: 0, guests: 0 };

export function watchWorld(world: World, changed: Changed): () => void {
  return together([
    world.on("connection", () => changed()),
    world.on("takeover", () => changed()),
    world.on("closed", ({ error }) => changed(error)),
  ]);
}

export function showWorld({ value: world, status, error }: Stage<World>, retry: () => void): WorldResult {
  return { world, status: world?.connection ?? status, role: world?.role ?? "player", error, retry };
}

export function watchChat(chat: Chat, changed: Changed): () => void {
  const told = ["say", "change", "lost", "people", "update", "typing", "connection"] as const;
  return together([
    ...told.map((event) => chat.on(event, () => changed())),
    chat.on("closed", ({ error }) => changed(error)),
  ]);
}

export function showChat({ value: chat, status, error }: Stage<Chat>, retry: () => void): ChatResult {
  return {
    chat,
    status: chat?.connection ?? status,
    error,
    lines: chat ? [...chat.lines] : [],
    people: chat ? [...chat.people.values()] : [],
    counts: chat?.counts ?? noCounts,
    typing: chat?.typing ?? [],
    retry,
  };
}

export function watchAudio(audio: AudioPlayer, changed: Changed): () => void {
  const told = ["heard", "playback", "journey", "listeners", "session", "ended"] as const;
  return together([...told.map((event) => audio.on(event, () => changed())), audio.on("trouble", changed)]);
}

export function showAudio({ value: audio, status, error }: Stage<AudioPlayer>, retry: () => void): AudioResult {
  return {
    audio,
    status,
    error,
    session: audio?.session,
    playback: audio?.playback ?? "paused",
    heard: audio?.heard,
    listeners: audio?.listeners ?? 0,
    followers: audio?.followers ?? 0,
    retry,
  };
}

/** One function that calls all. */
export function together(offs: (() => void)[]): () => void {
  return () => {
    for (const off of offs) off();
  };
}
