/**
 * The chats there are: the piece that counts as here in each, their fonts, where words are filtered, and the way into one.
 *
 * Whoever says something, in a room or from outside, goes through `say`: checked, filtered, stored, and shown at once by
 * the room of that chat if it is open.
 */
import type { Config } from "../../config.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import type { Bans } from "../bans/bans.ts";
import type { Appended, Author, ChatLog, NewLine } from "../chatlog/chatlog.ts";
import type { Channel } from "../cluster/cluster.ts";
import type { Identity } from "../identity/person.ts";
import { filterWords } from "./filter.ts";
import { Moderation } from "./moderation.ts";

export interface Said {
  readonly author: Author;
  readonly text: string;
  /** Empty for none. */
  readonly font: string;
  /** Chosen by the client: what makes a repeat harmless. */
  readonly clientId: string;
  /** Moderators and services are not slowed. */
  readonly isUnslowed: boolean;
}

/** A chat that is open: what is stored goes through it, and what is erased is taken off its screens. */
export interface OpenChat {
  readonly moderation: Moderation;
  append(line: NewLine): Promise<Appended>;
  onErased(person: string): Promise<void>;
}

/** Other processes, for chats that are open there. */
export interface OtherChats {
  /** Says something where the chat is open, if that is another process; else answers undefined. Throws what `say` throws. */
  say(instance: string, said: Said): Promise<Appended | undefined>;
  /** Carries the ids of people who were erased. */
  readonly channel: Pick<Channel, "publish" | "listen">;
}

const noOthers: OtherChats = {
  say: async () => undefined,
  channel: { publish: async () => {}, listen: () => () => {} },
};

export interface Chats {
  readonly log: ChatLog;
  /** Slug of the chat's own piece: that of the same name unless configured. */
  pieceOf(instance: string): string;
  /** A text as others may read it in this chat; `original` if that is another one. */
  filter(instance: string, text: string): { text: string; original?: string };
  /** What holds for whom in a chat. */
  moderation(instance: string): Promise<Moderation>;
  /** Makes `chat` the open one of its instance, until the returned function is called. */
  open(instance: string, chat: OpenChat): () => void;
  /** In the process where the chat is open. Throws BAD_FONT, MUTED, BANNED, TOO_FAST in slow mode, or UNAVAILABLE. */
  say(instance: string, said: Said): Promise<Appended>;
  /** Takes out all that a person said, everywhere (ID5). Returns how many lines that were. */
  erase(person: string, by: string): Promise<number>;
}

/** Who says something, as the log keeps them. */
export function authorOf({ person, handle, name, kind, guest }: Identity): Author {
  return { id: person, handle, name, kind, guest };
}

type ChatsConfig = Pick<Config, "chatPieces" | "chatFonts" | "chatUnfiltered">;

export interface ChatsOptions {
  others?: OtherChats | undefined;
  /** What operators laid on people beyond a single chat. */
  bans?: Pick<Bans, "checkJoin" | "checkSay">;
}

const noBans: Pick<Bans, "checkJoin" | "checkSay"> = { checkJoin() {}, checkSay() {} };

export function createChats(
  config: ChatsConfig,
  log: ChatLog,
  now: () => number,
  { others = noOthers, bans = noBans }: ChatsOptions = {},
): Chats {
  const pieces = new Map(list(config.chatPieces).map((pair) => pair.split("=") as [string, string]));
  const fonts = list(config.chatFonts);
  const unfiltered = new Set(list(config.chatUnfiltered));
  const opened = new Map<string, OpenChat>();

  const filter = (instance: string, text: string) => {
    const shown = unfiltered.has(instance) ? text : filterWords(text);
    return shown === text ? { text } : { text: shown, original: text };
  };
  const moderation = async (instance: string) => {
    const fresh = new Moderation(log, instance, now);
    await fresh.load();
    return fresh;
  };

  const takeOff = (person: string) => Promise.all([...opened.values()].map((chat) => chat.onErased(person)));
  // a screen that could not be brought up to date is when its chat is opened next
  others.channel.listen((person) => void takeOff(person).catch(() => {}));

  return {
    log,
    filter,
    moderation,
    pieceOf: (instance) => pieces.get(instance) ?? instance,
    open(instance, chat) {
      opened.set(instance, chat);
      return () => {
        if (opened.get(instance) === chat) opened.delete(instance);
      };
    },
    async say(instance, said) {
      const { author, text, font, clientId, isUnslowed } = said;
      if (font && !fonts.includes(font))
        throw new HereaboutsError("BAD_FONT", `There are: ${fonts.join(", ") || "none"}.`);
      const there = opened.has(instance) ? undefined : await others.say(instance, said);
      if (there) return there;
      const rules = opened.get(instance)?.moderation ?? (await moderation(instance));
      bans.checkJoin(`chat:${instance}`, author.id);
      bans.checkSay(`chat:${instance}`, author.id);
      rules.checkJoin(author.id);
      rules.checkSay(author.id, clientId, isUnslowed);
      const line = { author, font, clientId, isShadow: rules.isShadowed(author.id), ...filter(instance, text) };
      // the chat may have been opened meanwhile: then it has to show the line
      const appended = await (opened.get(instance)?.append(line) ?? log.append(instance, line));
      rules.said(author.id, clientId);
      // in another process too: said again there, it is not stored again, but shown
      if (!opened.has(instance)) await others.say(instance, said).catch(() => {});
      return appended;
    },
    async erase(person, by) {
      const lines = await log.erase(person, by);
      await Promise.all([takeOff(person), others.channel.publish(person)]);
      return lines.length;
    },
  };
}

function list(text: string): string[] {
  return text.split(/[\s,]+/).filter(Boolean);
}
