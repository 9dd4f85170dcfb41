/**
 * What people tell a session to do, from wherever they do: each answers what is on air, and what will be heard from which
 * frame on. A follower only listens; where `AUDIO_COMMANDS` is `owner`, a named session obeys its maker and moderators.
 */
import type { z } from "zod";
import type { Config } from "../../config.ts";
import type { audioMessages } from "../../schema/audio.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import type { OnAir } from "../audio/stream/stream.ts";
import { type Identity, isModeratorRole } from "../identity/person.ts";
import type { AudioSession } from "./session.ts";

type Messages = { [K in keyof typeof audioMessages]: z.output<(typeof audioMessages)[K]> };
export type CommandName = Exclude<keyof Messages, "heard" | "fork">;

const commands: { [K in CommandName]: (session: AudioSession, message: Messages[K]) => OnAir } = {
  next: ({ stream }) => stream.next(),
  direction: ({ stream }, { direction }) => stream.turn(direction),
  play: ({ stream }, { track }) => stream.play(track),
  back: ({ stream }, message) => stream.back(message?.step),
};

type Rule = Pick<Config, "audioCommands">;
type Commander = Pick<Identity, "person" | "role">;

export function mayCommand(session: AudioSession, rule: Rule, who: Commander | undefined): boolean {
  if (session.following) return false;
  if (rule.audioCommands === "anyone" || session.type === "master") return true;
  return who !== undefined && (who.person === session.maker || isModeratorRole(who.role));
}

/** Throws READ_ONLY or FORBIDDEN where `mayCommand` says no, and what the stream throws. */
export function command<K extends CommandName>(
  name: K,
  session: AudioSession,
  message: Messages[K],
  rule: Rule,
  who: Commander | undefined,
): OnAir {
  if (session.following) throw new HereaboutsError("READ_ONLY");
  if (!mayCommand(session, rule, who)) throw new HereaboutsError("FORBIDDEN", "Its maker commands it.");
  session.touch();
  return commands[name](session, message);
}
