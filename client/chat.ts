/** A chat in the SDK: what is said in it without gaps, who is online and who of them is here, and saying things once. */
import type { Client, Room } from "colyseus.js";
import type { ChatAnnouncements, ChatState, HistoryLine } from "../schema/chat.ts";
import type { ClientLines } from "../schema/clientLogs.ts";
import { HereaboutsError } from "../schema/errors.ts";
import type { SeatAnnouncements } from "../schema/messages.ts";
import { ChatLines } from "./chatLines.ts";
import { ChatPeople } from "./chatPeople.ts";
import type { Chat, ChatEvents, ChatLine, ChatPerson, InvisiblePerson, Restrict } from "./chatTypes.ts";
import { deferred } from "./deferred.ts";
import { Emitter } from "./emitter.ts";
import { isRefusal } from "./errors.ts";
import type { Me } from "./identity.ts";
import { Outbox } from "./outbox.ts";
import { randomId } from "./randomId.ts";
import { type ConnectionState, Seat } from "./seat.ts";
import { attentionOfTab, watchAttention } from "./tab.ts";
import type { Wire } from "./tap.ts";
import type { Upload } from "./upload.ts";
import { type Vantage, vantageOf } from "./vantage.ts";

export interface ChatOptions {
  client: Client;
  instance: string;
  connection: string;
  me: () => Me;
  renew: () => Promise<void>;
  upload: Upload;
  invisible: boolean;
  wire?: Wire;
}

const typingMs = 2000;
const page = 100;

export class ChatView implements Chat {
  readonly instance: string;
  readonly upload: Upload;
  readonly vantage: Vantage;
  readonly #events = new Emitter();
  readonly #seat: Seat<ChatState>;
  /** What is said goes one by one, so that it is stored in the order it was said. */
  readonly #says: Outbox;
  readonly #asks: Outbox;
  readonly #lines: ChatLines;
  readonly #people: ChatPeople;
  readonly #me: () => Me;
  readonly #unwatch: () => void;
  /** Settled by the first state, or by the end. */
  readonly #hasState = deferred<void>();
  #typing: readonly string[] = [];
  #typedAt = Number.NEGATIVE_INFINITY;
  #isCurrent = false;
  /** The server keeps no older lines than those known. */
  #isExhausted = false;
  #lostBefore = 0;
  #filling: Promise<void> | undefined;
  #state: { piece: string; online: number; here: number; connections: number; guests: number; slowSeconds: number } = {
    piece: "",
    online: 0,
    here: 0,
    connections: 0,
    guests: 0,
    slowSeconds: 0,
  };

  constructor({ client, instance, connection, me, renew, upload, invisible, wire }: ChatOptions) {
    this.instance = instance;
    this.upload = upload;
    this.#me = me;
    this.#lines = new ChatLines(() => me().id);
    this.#people = new ChatPeople(() => me().id);
    this.#seat = new Seat<ChatState>({
      client,
      roomName: "chat",
      label: instance,
      wire,
      renew,
      joinOptions: () => ({ instance, connection, attention: attentionOfTab(), invisible }),
      onRoom: (room) => this.#listen(room),
      onState: (state) => this.#onConnection(state),
      onClosed: (error) => this.#onClosed(error),
      onTrouble: (error) => this.#events.emit("refused", error),
    });
    const link = {
      ask: (type: string, message: unknown) => this.room.request(type as never, message as never),
      isOpen: () => this.#seat.isOpen,
    };
    this.#says = new Outbox({ ...link, isSerial: true });
    this.#asks = new Outbox(link);
    this.vantage = vantageOf({ lasts: true, outbox: this.#asks, events: this.#events });
    this.#hasState.promise.catch(() => {});
    this.#unwatch = watchAttention((attention) => {
      this.#asks.request("attention", { attention }, { repeatable: true }).catch(() => {});
    });
  }

  /** Joins. Resolves when the first state has come. */
  async join(): Promise<void> {
    await this.#seat.join();
    await this.#hasState.promise;
  }

  get piece() {
    return this.#state.piece;
  }
  get lines(): readonly ChatLine[] {
    return this.#lines.all;
  }
  get hasOlder(): boolean {
    return this.#lines.oldest > 1 && !this.#isExhausted;
  }
  get people(): ReadonlyMap<string, ChatPerson> {
    return this.#people.all;
  }
  get counts() {
    const { online, here, connections, guests } = this.#state;
    return { online, here, connections, guests };
  }
  get typing() {
    return this.#typing;
  }
  get slowSeconds() {
    return this.#state.slowSeconds;
  }
  get isModerator() {
    return ["moderator", "admin"].includes(this.#me().role);
  }
  get connection(): ConnectionState {
    return this.#seat.state;
  }
  get room(): Room<unknown, ChatState> {
    return this.#seat.room;
  }

  async say(text: string, { font }: { font?: string } = {}): Promise<{ seq: number; at: Date; count: number }> {
    const message = { text, id: randomId(), ...(font === undefined ? {} : { font }) };
    const answer = await this.#says.request("say", message, { repeatable: true });
    const { seq, at, count } = answer as { seq: number; at: number; count: number };
    this.#lines.own(seq, text, count);
    this.#typedAt = Number.NEGATIVE_INFINITY;
    return { seq, at: new Date(at), count };
  }

  async history(): Promise<readonly ChatLine[]> {
    if (!this.hasOlder) return [];
    const older = await this.#fetch(this.#lines.oldest, page);
    this.#isExhausted = older.length === 0;
    return this.#take(older, true);
  }

  async edit(seq: number, text: string): Promise<void> {
    await this.#asks.request("edit", { seq, text }, { repeatable: true });
  }

  async delete(seq: number, reason = ""): Promise<void> {
    await this.#asks.request("delete", { seq, reason }, { repeatable: true });
  }

  async heart(seq: number, on: boolean): Promise<void> {
    const answer = await this.#asks.request("heart", { seq, on }, { repeatable: true });
    const line = this.#lines.heart(seq, on, (answer as { hearts: number }).hearts);
    if (line) this.#events.emit("change", { line });
  }

  typingNow(): void {
    const now = performance.now();
    if (now < this.#typedAt + typingMs || !this.#seat.isOpen) return;
    this.#typedAt = now;
    this.room.send("typing" as never);
  }

  mute(person: string, options: Restrict = {}): Promise<void> {
    return this.#moderate("mute", { person, reason: "", ...options });
  }
  shadow(person: string, options: Restrict = {}): Promise<void> {
    return this.#moderate("shadow", { person, reason: "", ...options });
  }
  ban(person: string, options: Restrict = {}): Promise<void> {
    return this.#moderate("ban", { person, reason: "", ...options });
  }
  lift(person: string, kind: "mute" | "shadow" | "ban", reason = ""): Promise<void> {
    return this.#moderate("lift", { person, kind, reason });
  }
  slow(seconds: number, reason = ""): Promise<void> {
    return this.#moderate("slow", { seconds, reason });
  }

  async invisible(): Promise<readonly InvisiblePerson[]> {
    const answer = await this.#asks.request("invisible", {}, { repeatable: true });
    return (answer as { people: InvisiblePerson[] }).people;
  }

  on<E extends keyof ChatEvents>(event: E, listener: (data: ChatEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  /** Sends lines of this page's log: see ConnectOptions. Whether it could. */
  sendLogs(lines: ClientLines): boolean {
    return this.#seat.send("logs", lines);
  }

  leave(): Promise<void> {
    return this.#seat.leave();
  }

  /** Signs in on this seat: see Hereabouts.signIn. */
  async identify(token: string): Promise<void> {
    await this.#asks.request("identify", { token }, { repeatable: true });
  }

  async #moderate(type: string, message: unknown): Promise<void> {
    await this.#asks.request(type, message, { repeatable: true });
  }

  #listen(room: Room<unknown, ChatState>): void {
    this.#isCurrent = false;
    room.onStateChange((state) => this.#onState(state));
    const on = <K extends keyof ChatAnnouncements>(type: K, listener: (data: ChatAnnouncements[K]) => void) =>
      room.onMessage(type as never, listener as never);
    on("typing", ({ handles }) => {
      const mine = this.#me().handle;
      this.#typing = handles.filter((handle) => handle !== mine);
      this.#events.emit("typing", { handles: this.#typing });
    });
    on("changed", ({ seq, gone }) => {
      if (gone) this.#lines.forget(seq);
      const isShown = seq >= this.#lines.oldest && seq <= this.#lines.newest;
      if (isShown && !room.state.lines.has(String(seq))) void this.#refresh(seq);
    });
    on("erased", ({ person }) => {
      for (const line of this.#lines.erase(person)) this.#events.emit("change", { line });
    });
    on("own", ({ lines }) => {
      for (const line of this.#lines.setOwn(lines)) this.#events.emit("change", { line });
    });
    room.onMessage("role" as never, (() => {}) as never);
    room.onMessage(
      "followed" as never,
      ((sent: SeatAnnouncements["followed"]) => this.#events.emit("followed", sent)) as never,
    );
    room.onMessage(
      "refused" as never,
      ((refusal: unknown) => {
        if (isRefusal(refusal)) this.#events.emit("refused", HereaboutsError.fromRefusal(refusal));
      }) as never,
    );
  }

  #onState(state: ChatState): void {
    this.#seat.heard();
    const before = this.#state;
    const { piece, online, here, connections, guests, slowSeconds } = state;
    this.#state = { piece, online, here, connections, guests, slowSeconds };
    const changes = this.#people.sync(state.people.entries());
    for (const { type, person } of changes) this.#events.emit(type, { person });
    const isNews = changes.length > 0 || online !== before.online || here !== before.here;
    if (isNews) this.#events.emit("people", { online, here });
    if (state.seq < this.#lines.newest) this.#restart();
    const hadLines = this.#lines.newest > 0;
    void this.#syncLines(state);
    if (state.lostBefore > this.#lostBefore) {
      this.#lostBefore = state.lostBefore;
      if (hadLines) this.#events.emit("lost", { before: state.lostBefore });
    }
    this.#hasState.resolve();
  }

  /** A room that was made anew has less than was seen: the server has lost what was said. */
  #restart(): void {
    this.#lines.restart();
    this.#isExhausted = false;
    this.#lostBefore = 0;
    this.#events.emit("lost", { before: 1 });
  }

  /** What was missed is fetched before what came after it is shown. */
  async #syncLines(state: ChatState): Promise<void> {
    if (this.#filling) return;
    const gap = this.#lines.missing(state.lines.values());
    if (!gap) {
      this.#take(state.lines.values(), !this.#isCurrent);
      this.#isCurrent = true;
      return;
    }
    this.#filling = this.#fill(gap.after, gap.before);
    try {
      await this.#filling;
    } catch {
      return; // the next state, or being open again, tries anew
    } finally {
      this.#filling = undefined;
    }
    await this.#syncLines(this.room.state);
  }

  /** Fetches what lies between. What the server does not keep any more is no gap. */
  async #fill(after: number, before: number): Promise<void> {
    const pages: HistoryLine[] = [];
    for (let next = before; next > after + 1; next = pages[0]!.seq) {
      const lines = await this.#fetch(next, Math.min(page, next - after - 1));
      if (lines.length === 0) break;
      pages.unshift(...lines);
    }
    this.#lines.settle(before);
    this.#take(pages, true);
  }

  async #fetch(before: number, limit: number): Promise<HistoryLine[]> {
    const answer = await this.#asks.request("history", { before, limit }, { repeatable: true });
    return (answer as { lines: HistoryLine[] }).lines;
  }

  async #refresh(seq: number): Promise<void> {
    const lines = await this.#fetch(seq + 1, 1).catch(() => []);
    this.#take(lines, true);
  }

  #take(
    lines: Iterable<HistoryLine> | Iterable<ChatState["lines"] extends Map<string, infer L> ? L : never>,
    missed: boolean,
  ) {
    const events = this.#lines.take(lines as Iterable<HistoryLine>);
    for (const { type, line } of events) this.#events.emit(type, type === "say" ? { line, missed } : { line });
    return events.filter(({ type }) => type === "say").map(({ line }) => line);
  }

  #onConnection(state: ConnectionState): void {
    if (state === "open") {
      this.#asks.flush();
      this.#says.flush();
    }
    this.#events.emit("connection", { state });
  }

  #onClosed(error: HereaboutsError | undefined): void {
    this.#unwatch();
    this.#says.close();
    this.#asks.close();
    this.#hasState.reject(error ?? new HereaboutsError("CLOSED"));
    this.#events.emit("closed", { error });
  }
}
