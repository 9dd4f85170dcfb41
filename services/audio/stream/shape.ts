/**
 * A track as the timeline needs it: in frames, where its sound lies and how it is joined to another. Known from the
 * library's analysis alone, and to the frame once the track is prepared.
 */
import type { Track as LibraryTrack } from "../library/track.ts";
import { frameSamples, streamHz } from "../mp3/header.ts";
import { frameCount, startFrom, type Track } from "../mp3/track.ts";

export type Shape = {
  frames: number;
  /** All of the music, and of it what is no silence. */
  first: number;
  last: number;
  from: number;
  to: number;
  /** From here on a fade may begin. */
  quietFrom: number;
  /** What follows this within its album goes on without a fade. */
  album: string;
  number: number | null;
};

/** The fade begins with frame `at` of the one track and `from` of the other; without frames, one ends and the other begins. */
export type Join = { at: number; from: number; frames: number };

/** A fade is no longer than this share of a track, so that there is a body between two. */
const share = 4;
/** Shorter ones are none. */
const leastFrames = 12;
/** Seams lie outside a fade by so many frames at most: two of them must not meet. */
export const seamFrames = 7;
const apart = 2 * seamFrames + 1;
/** A quiet ending is not cut by more than 12 s. */
const mostEarlier = Math.round((12 * streamHz) / frameSamples);
/** Less sound than a second is taken for none: the track is played whole. */
const leastSound = 38;

export function shapeOf({ tags, sound }: Pick<LibraryTrack, "tags" | "sound">, track?: Track): Shape {
  const musicFrom = track?.musicFrom ?? 0;
  const musicTo = track?.musicTo ?? sound.durationS * streamHz;
  const frames = Math.max(1, track ? frameCount(track) : Math.floor(musicTo / frameSamples));
  const within = (frame: number, least = 0) => Math.min(frames, Math.max(least, frame));
  const at = (seconds: number) => (musicFrom + seconds * streamHz) / frameSamples;
  const start = within(Math.round(musicFrom / frameSamples));
  const first = track ? startFrom(track, start) : start;
  const last = within(Math.round(musicTo / frameSamples), first + 1);
  const [soundFrom, soundTo] = [within(Math.floor(at(sound.soundFromS))), within(Math.ceil(at(sound.soundToS)))];
  const [from, to] = soundTo - soundFrom < leastSound ? [first, last] : [soundFrom, soundTo];
  const quietFrom = within(Math.ceil(at(sound.quietFromS)), from);
  const album = tags.album && `${tags.artist}\n${tags.album}`;
  return { frames, first, last, from, to, quietFrom, album, number: tags.track };
}

const isNeighbour = (a: Shape, b: Shape) =>
  a.album !== "" && a.album === b.album && a.number !== null && b.number === a.number + 1;

export type JoinOptions = {
  fadeFrames: number;
  /** The frame of A up to which another fade reaches. */
  fadedTo: number;
  /** Frames of A before this one cannot change any more. */
  notBefore: number;
  /** As soon as may be, instead of where A ends. */
  isAsked: boolean;
};

/** How B follows A. Never beyond A's end, never into the fade before. */
export function joinOf(a: Shape, b: Shape, { fadeFrames, fadedTo, notBefore, isAsked }: JoinOptions): Join {
  const earliest = Math.max(notBefore, fadedTo + apart);
  const whole = (frame: number) => Math.min(a.frames, Math.max(frame, earliest));
  if (!isAsked && isNeighbour(a, b)) return { at: whole(a.last), from: b.first, frames: 0 };
  const wanted = Math.min(fadeFrames, Math.floor((a.to - a.from) / share), Math.floor((b.to - b.from) / share));
  const latest = a.to - wanted;
  const natural = Math.min(latest, Math.max(a.quietFrom, latest - mostEarlier));
  const at = whole(isAsked ? earliest : natural);
  const frames = Math.min(wanted, a.frames - at);
  if (frames < leastFrames) return { at: isAsked ? at : whole(a.to), from: b.from, frames: 0 };
  return { at, from: b.from, frames };
}
