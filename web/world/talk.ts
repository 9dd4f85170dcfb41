/**
 * What is said in a world's own chat by someone who is there stands over their head, too, and is told to those who do not
 * look at the chat.
 */
import type { Chat, ChatLine } from "hereabouts/client";
import type { Sheet } from "../chat/sheet.ts";
import { announce } from "../shared/announcer.ts";
import type { App } from "./app.ts";

/** `isNow`: it was said just now, and not changed or fetched from before. */
export function showInWorld({ world, bubbles }: App, sheet: Sheet, chat: Chat, line: ChatLine, isNow: boolean): void {
  if (chat.piece !== world.slug) return;
  const speaker = world.people.get(line.author.id);
  if (speaker?.status !== "here" || line.author.via) return;
  if (isNow) bubbles.said(speaker, line);
  else bubbles.changed(speaker, line);
  if (isNow && !line.isMine && !sheet.looksAt(chat.instance)) announce.said(line.author.name, line.text);
}
