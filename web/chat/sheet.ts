/**
 * The sheet beside a world: a tab for each chat one is in, `system` first and that of the world one is in. One stays in
 * them while going from world to world, and is told how much was said in those that one does not look at.
 */
import type { Chat, ChatLine, Hereabouts } from "hereabouts/client";
import { damped } from "../shared/damped.ts";
import { find, setText } from "../shared/dom.ts";
import { setUnread } from "../shared/title.ts";
import { Chats } from "./chats.ts";
import { type Colors, repaint } from "./colors.ts";
import { Frame } from "./frame.ts";
import { rememberedChats, storeSheetOpen, wasSheetOpen } from "./memory.ts";
import { Tabs } from "./tabs.ts";
import { unreadText } from "./wording.ts";

export interface SheetOptions {
  here: Hereabouts;
  colors: Colors;
  said(chat: Chat, line: ChatLine, isNow: boolean): void;
  /** One leaves the sheet for the world. */
  done(): void;
}

/** The chat that everyone is in. */
const common = "system";
const wide = matchMedia("(min-width: 1100px)");
const hasTouch = matchMedia("(pointer: coarse)");
const syncMs = 60;

const sheet = find("chat", HTMLElement);
const panes = find("chat-panes", HTMLDivElement);
const fold = find("chat-fold", HTMLButtonElement);
const opener = find("chat-open", HTMLButtonElement);
const badge = find("chat-badge", HTMLSpanElement);

export class Sheet {
  readonly chats: Chats;
  readonly #options: SheetOptions;
  readonly #tabs: Tabs;
  readonly #frames = new Map<string, Frame>();
  readonly #sync = damped(() => this.#syncAll(), syncMs);
  #selected = common;
  #world: string | undefined;

  constructor(options: SheetOptions) {
    this.#options = options;
    this.chats = new Chats(options.here, { changed: this.#sync, remembers: true });
    this.#tabs = new Tabs(find("chat-tabs", HTMLDivElement), {
      select: (name) => this.select(name),
      close: (name) => this.chats.close(name),
    });
    opener.addEventListener("click", () => this.setOpen(true, true));
    fold.addEventListener("click", () => this.setOpen(false, true));
    document.addEventListener("visibilitychange", () => this.#syncAll());
    for (const instance of new Set([common, ...rememberedChats()])) this.chats.open(instance);
    this.setOpen(wasSheetOpen() ?? wide.matches, false);
  }

  get isOpen(): boolean {
    return !sheet.hidden;
  }

  /** `byHand`: someone asked for it, so it is remembered, and the focus goes where they go on. */
  setOpen(isOpen: boolean, byHand: boolean): void {
    sheet.hidden = !isOpen;
    opener.hidden = isOpen;
    document.body.classList.toggle("with-sheet", isOpen);
    this.#syncAll();
    if (!byHand) return;
    storeSheetOpen(isOpen);
    if (!isOpen) opener.focus();
    else if (hasTouch.matches) fold.focus();
    else this.#frames.get(this.#selected)?.pane?.focus();
  }

  /** Whether what is said there is read as it comes. */
  looksAt(instance: string): boolean {
    return this.isOpen && this.#selected === instance && document.visibilityState === "visible";
  }

  /** The colours of people have changed. */
  repaint(): void {
    repaint(sheet, this.#options.colors);
  }

  /** A world was entered: its chat is joined, and shown instead of that of the world before. */
  enter(slug: string): void {
    const follows = this.#world === undefined || this.#selected === this.#world;
    this.#world = slug;
    this.chats.open(slug);
    this.#syncAll();
    if (follows) this.select(slug);
  }

  select(instance: string): void {
    this.#selected = instance;
    this.#syncAll();
  }

  #syncAll(): void {
    this.#syncFrames();
    let unread = 0;
    let isMore = false;
    for (const [instance, frame] of this.#frames) {
      const isSelected = instance === this.#selected;
      frame.element.hidden = !isSelected;
      frame.sync();
      frame.setLookedAt(this.looksAt(instance));
      const { membership, reading } = frame.entry;
      const news = reading.unread(membership.state === "joined" ? membership.chat.lines : []);
      unread += news.count;
      isMore ||= news.isMore && news.count > 0;
      this.#tabs.show(instance, { isSelected, badge: unreadText(news) });
    }
    const text = unreadText({ count: unread, isMore });
    setUnread(text);
    setText(badge, text);
    badge.hidden = text === "";
    opener.setAttribute("aria-label", text ? `Chat, ${text} unread` : "Chat");
  }

  #syncFrames(): void {
    const { chats } = this;
    for (const [instance, frame] of this.#frames) {
      if (chats.get(instance) === frame.entry) continue;
      const hadFocus = frame.element.contains(document.activeElement) || this.#tabs.hasFocus(instance);
      frame.close();
      this.#frames.delete(instance);
      this.#tabs.remove(instance);
      if (this.#selected !== instance) continue;
      this.#selected = common;
      if (hadFocus) queueMicrotask(() => this.#tabs.focus(this.#selected));
    }
    for (const entry of chats.entries) {
      if (this.#frames.has(entry.instance)) continue;
      const canLeave = entry.instance !== common;
      const { colors, said, done } = this.#options;
      const frame = new Frame(entry, { chats, colors, said, done, canLeave, changed: this.#sync });
      this.#frames.set(entry.instance, frame);
      panes.append(frame.element);
      this.#tabs.add(entry.instance, frame.element, canLeave);
    }
  }
}
