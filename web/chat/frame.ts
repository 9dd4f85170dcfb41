/**
 * The place of one chat on the page: its pane when it is joined, before that that it is being joined, and afterwards why
 * one is not in it any more and how to come back.
 */
import type { Chat, ChatLine } from "hereabouts/client";
import { make } from "../shared/dom.ts";
import { noticeOf } from "../shared/notice.ts";
import type { Chats, Entry, Membership } from "./chats.ts";
import type { Colors } from "./colors.ts";
import { Pane } from "./pane.ts";
import { sentence } from "./wording.ts";

export interface FrameOptions {
  chats: Chats;
  colors: Colors;
  /** A line was said just now (`isNow`), or one that is known has changed. */
  said(chat: Chat, line: ChatLine, isNow: boolean): void;
  /** Something changed that is shown outside of the frame. */
  changed(): void;
  /** One leaves the field with escape. */
  done(): void;
  /** Whether one may leave the chat. */
  canLeave: boolean;
}

export class Frame {
  readonly element = make("div", "frame");
  readonly entry: Entry;
  readonly #options: FrameOptions;
  #shown: Membership | undefined;
  #pane: Pane | undefined;
  #isLookedAt = false;

  constructor(entry: Entry, options: FrameOptions) {
    this.entry = entry;
    this.#options = options;
    this.sync();
  }

  get pane(): Pane | undefined {
    return this.#pane;
  }

  setLookedAt(isLookedAt: boolean): void {
    this.#isLookedAt = isLookedAt;
    this.#pane?.setLookedAt(isLookedAt);
  }

  /** Shows the membership as it is now. */
  sync(): void {
    const { membership } = this.entry;
    if (membership === this.#shown) return;
    this.#shown = membership;
    this.#pane?.close();
    this.#pane = membership.state === "joined" ? this.#makePane(membership.chat) : undefined;
    this.element.replaceChildren(this.#pane?.element ?? this.#waiting(membership));
    this.#pane?.setLookedAt(this.#isLookedAt);
    this.#pane?.show();
  }

  close(): void {
    this.#pane?.close();
    this.element.remove();
  }

  #makePane(chat: Chat): Pane {
    const { chats, colors, said, changed, done, canLeave } = this.#options;
    return new Pane({
      chat,
      me: () => chats.me,
      reading: this.entry.reading,
      colorOf: (person) => colors.of(person),
      saw: (seq) => chats.saw(this.entry, seq),
      said: (line, isNow) => said(chat, line, isNow),
      changed,
      done,
      leave: canLeave ? () => chats.close(chat.instance) : undefined,
    });
  }

  #waiting(membership: Membership): HTMLElement {
    const { instance } = this.entry;
    const text = make("div", "waiting-room");
    if (membership.state !== "out") {
      text.append(make("p", "note", `Joining ${instance}…`));
      return text;
    }
    const { message, remedy } = noticeOf(membership.error);
    const back = make("button", "button", "Try again");
    back.type = "button";
    back.addEventListener("click", () => this.#options.chats.open(instance));
    text.setAttribute("role", "status");
    text.append(make("p", "", sentence(message)), make("p", "note", remedy), back);
    return text;
  }
}
