/**
 * One chat on the page: its head line, who is online, its log and the field to write in. Holds what is shown of it: how many
 * of the known lines, what is on its way, how far one has read.
 */
import type { Chat, ChatLine, ChatPerson, Hereabouts, InvisiblePerson } from "hereabouts/client";
import { announce } from "../shared/announcer.ts";
import { damped } from "../shared/damped.ts";
import { make, setText } from "../shared/dom.ts";
import { noticeOf } from "../shared/notice.ts";
import { showNotice } from "../shared/toasts.ts";
import { Composer } from "./composer.ts";
import { lastOwn } from "./draft.ts";
import { Head } from "./head.ts";
import { itemsOf } from "./items.ts";
import { Log } from "./log.ts";
import { moderate } from "./moderate.ts";
import { Outgoing } from "./outgoing.ts";
import { PeopleList, personOf } from "./people.ts";
import type { Reading } from "./reading.ts";
import { nameOf, typingText, unreadText } from "./wording.ts";

export interface PaneOptions {
  chat: Chat;
  reading: Reading;
  me(): Hereabouts["identity"];
  /** How a person is coloured in the world. */
  colorOf(person: string): string;
  /** The newest line was looked at. */
  saw(seq: number): void;
  /** Something changed that is shown outside of the pane. */
  changed(): void;
  /** A line was said just now (`isNow`), or one that is known has changed. */
  said(line: ChatLine, isNow: boolean): void;
  /** One leaves the field with escape. */
  done(): void;
  /** Leaves the chat; undefined where one stays. */
  leave: (() => void) | undefined;
}

/** Lines that are shown at first, and at most while one reads the newest. */
const shownLines = 100;
const maxShownLines = 300;
const refreshMs = 40;
/** Slow mode, one's role and the day change without an event. */
const clockMs = 1000;
/** How often moderators look for those who are invisible. */
const askMs = 3000;
/** After history was refused. */
const pauseMs = 2000;

export class Pane {
  readonly element = make("div", "pane");
  readonly chat: Chat;
  readonly #options: PaneOptions;
  readonly #head: Head;
  readonly #people: PeopleList;
  readonly #log: Log;
  readonly #typing = make("p", "typing");
  readonly #composer: Composer;
  readonly #outgoing = new Outgoing();
  readonly #refresh = damped(() => this.show(), refreshMs);
  readonly #offs: (() => void)[];
  /** Sequence number from which on lines are shown. */
  #from = 0;
  #isLookedAt = false;
  /** As moderators were told last; the server tells when asked. */
  #invisible: readonly ChatPerson[] = [];
  #askedAt = Number.NEGATIVE_INFINITY;
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor(options: PaneOptions) {
    const { chat, colorOf } = options;
    this.chat = chat;
    this.#options = options;
    const fail = (error: unknown) => showNotice(noticeOf(error));
    this.#head = new Head({
      name: chat.instance,
      leave: options.leave,
      slow: (seconds) => chat.slow(seconds).catch(fail),
      togglePeople: () => this.setPeople(!this.isPeopleOpen),
    });
    this.#people = new PeopleList(chat.instance, { colorOf, moderate: (person) => moderate({ chat, person }) });
    this.#log = new Log(chat.instance, {
      colorOf,
      me: () => options.me(),
      older: () => this.#older(),
      scrolled: this.#refresh,
      heart: ({ seq, hearted }) => void chat.heart(seq, !hearted).catch(fail),
      edit: (line) => this.#composer.startEdit(line),
      remove: ({ seq }) => void chat.delete(seq).catch(fail),
      moderate: (line) => moderate({ chat, person: line.author, line }),
      rewrite: (pending) => {
        this.#outgoing.drop(pending.id);
        this.#composer.put(pending.text);
        this.show();
      },
      discard: ({ id }) => {
        this.#outgoing.drop(id);
        this.show();
      },
    });
    this.#composer = new Composer(chat.instance, {
      say: (text) => void this.#say(text),
      edit: ({ seq }, text) => chat.edit(seq, text),
      typing: () => chat.typingNow(),
      lastOwn: () => lastOwn(chat.lines),
      done: options.done,
    });
    this.element.append(
      this.#head.element,
      this.#people.element,
      this.#log.element,
      this.#typing,
      this.#composer.element,
    );
    this.setPeople(false);
    this.#from = chat.lines.at(-shownLines)?.seq ?? 0;
    this.#offs = [
      chat.on("say", ({ line, missed }) => this.#onLine(line, !missed)),
      chat.on("change", ({ line }) => this.#onLine(line, false)),
      chat.on("people", this.#refresh),
      chat.on("update", this.#refresh),
      chat.on("typing", this.#refresh),
      chat.on("connection", this.#refresh),
      chat.on("refused", fail),
      chat.on("lost", () => {
        showNotice({ message: `What was said before in ${chat.instance} is gone from the server.`, remedy: "" });
        this.#refresh();
      }),
    ];
  }

  get isPeopleOpen(): boolean {
    return !this.#people.element.hidden;
  }

  setPeople(isOpen: boolean): void {
    this.#people.element.hidden = !isOpen;
    this.#head.setPeople(isOpen);
    if (isOpen) this.#showPeople();
  }

  focus(): void {
    this.#composer.focus();
  }

  /** Whether the pane is on the screen of someone who looks at it. */
  setLookedAt(isLookedAt: boolean): void {
    const { reading } = this.#options;
    if (isLookedAt === this.#isLookedAt) return;
    this.#isLookedAt = isLookedAt;
    clearInterval(this.#clock);
    if (isLookedAt) this.#clock = setInterval(this.#refresh, clockMs);
    if (isLookedAt) reading.look(this.chat.lines);
    else reading.away();
    this.show();
  }

  /** Shows the chat as it is now. Cheap while the pane is not on the screen. */
  show(): void {
    const { chat } = this;
    const { reading } = this.#options;
    if (this.#log.isSeen) this.#showAll();
    const newest = chat.lines.at(-1)?.seq ?? 0;
    if (this.#isLookedAt && this.#log.isSeen && this.#log.isAtBottom && newest > (reading.seen ?? 0)) {
      this.#options.saw(newest);
      this.#showAll();
    }
    this.#options.changed();
  }

  close(): void {
    for (const off of this.#offs) off();
    clearInterval(this.#clock);
    this.element.remove();
  }

  #showAll(): void {
    const { chat } = this;
    const { reading } = this.#options;
    this.element.classList.toggle("moderates", chat.isModerator);
    this.#head.show(chat);
    if (this.isPeopleOpen) this.#showPeople();
    this.#composer.setWaiting(chat.connection !== "open");
    const lines = this.#shownLines();
    const hasOlder = chat.hasOlder || lines.length < chat.lines.length;
    const unread = this.#log.isAtBottom ? "" : unreadText(reading.unread(chat.lines));
    this.#log.show(itemsOf(lines, this.#outgoing.shown, reading.newAfter), { hasOlder, unread });
    setText(this.#typing, typingText(chat.typing.map((handle) => this.#nameOf(handle))));
  }

  #showPeople(): void {
    const { chat } = this;
    this.#people.show(chat, chat.isModerator ? this.#invisible : []);
    if (!chat.isModerator || performance.now() < this.#askedAt + askMs) return;
    this.#askedAt = performance.now();
    const take = (people: readonly InvisiblePerson[]) => {
      if (people.length === 0 && this.#invisible.length === 0) return;
      this.#invisible = people.map((person) => personOf(person, this.#options.me().id));
      this.#refresh();
    };
    chat.invisible().then(take, () => {});
  }

  /** A log that was read far back is cut to its end again when one has returned there. */
  #shownLines(): readonly ChatLine[] {
    const { lines } = this.chat;
    const first = lines.findLastIndex(({ seq }) => seq < this.#from) + 1;
    if (!this.#log.isAtBottom || lines.length - first <= maxShownLines) return first === 0 ? lines : lines.slice(first);
    this.#from = lines.at(-shownLines)!.seq;
    return lines.slice(-shownLines);
  }

  /** Shows older lines: those that are known, else as the server has them. */
  async #older(): Promise<void> {
    const { chat } = this;
    const first = chat.lines.findIndex(({ seq }) => seq >= this.#from);
    try {
      if (first <= 0) await chat.history();
      this.#from = chat.lines[Math.max(0, first - shownLines)]?.seq ?? 0;
      if (first <= 0) this.#from = chat.lines[0]?.seq ?? 0;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    this.#refresh();
  }

  async #say(text: string): Promise<void> {
    const id = this.#outgoing.add(text);
    this.#log.toBottom();
    this.show();
    try {
      const { seq } = await this.chat.say(text);
      this.#outgoing.stored(id, seq, this.chat.lines.at(-1)?.seq ?? 0);
    } catch (error) {
      if (this.#composer.refuse(error, text)) this.#outgoing.drop(id);
      else this.#outgoing.refused(id, noticeOf(error).message);
    }
    this.show();
  }

  #onLine(line: ChatLine, isNow: boolean): void {
    this.#outgoing.seen(line);
    this.#options.said(line, isNow);
    if (isNow && !line.isMine && this.#isLookedAt) announce.said(nameOf(line.author), line.text);
    this.#refresh();
  }

  #nameOf(handle: string): string {
    for (const person of this.chat.people.values()) if (person.handle === handle) return nameOf(person);
    return handle;
  }
}
