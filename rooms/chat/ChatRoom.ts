/**
 * A chat instance: what is said in it is stored before it is answered, and reaches everyone in one order without gaps.
 *
 * The log (services/chatlog) is the truth; the state shows its last lines and the roster that presence gives. Whoever has
 * a seat is online, wherever they go; who is also in the chat's own piece is here.
 */
import type { AuthContext } from "@colyseus/core";
import { z } from "zod";
import { ChatState, chatLimits } from "../../schema/chat.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { joinShape } from "../../schema/messages.ts";
import { parseSlug } from "../../schema/slug.ts";
import { describeRestriction } from "../../services/bans/bans.ts";
import type { Appended, Line, NewLine } from "../../services/chatlog/chatlog.ts";
import type { OpenChat, Said } from "../../services/chats/chats.ts";
import { type Moderation, moderateFor } from "../../services/chats/moderation.ts";
import { within } from "../../services/context.ts";
import type { Identity } from "../../services/identity/person.ts";
import type { RosterChange } from "../../services/presence/crowd.ts";
import { toServerError } from "../BaseRoom.ts";
import { authenticate } from "../join.ts";
import { OperatedRoom } from "../OperatedRoom.ts";
import { endSeats, type RoomOrder } from "../orders.ts";
import { handleClientLogs } from "../plugins/clientLogs.ts";
import { handleFollow } from "../plugins/follow.ts";
import { newSession, RoomLife } from "../plugins/lifecycle.ts";
import { PresencePlugin, type PresentRoom } from "../plugins/presence.ts";
import { type Answered, answering } from "../remote.ts";
import type { SeatClient } from "../seat.ts";
import type { RoomServices } from "../services.ts";
import { Lines } from "./lines.ts";
import { handleChanges } from "./messages/changes.ts";
import { handleHistory } from "./messages/history.ts";
import type { ChatHost } from "./messages/host.ts";
import { handleModeration } from "./messages/moderation.ts";
import { handleSay } from "./messages/say.ts";
import { handleTyping } from "./messages/typing.ts";
import { ChatPeople } from "./people.ts";
import { Typing } from "./typing.ts";

/** What a client gives when it joins a chat. */
export const chatJoin = joinShape.extend({ instance: z.string() });

export abstract class ChatRoom extends OperatedRoom<ChatState> implements PresentRoom, OpenChat, ChatHost {
  override state: ChatState = new ChatState();
  readonly exclusiveSeats = false;
  moderation!: Moderation;
  people!: ChatPeople;
  readonly typing: Typing = new Typing();
  #lines!: Lines;
  #ready: Promise<void> = Promise.resolve();
  #fence = 0;
  #close = () => {};
  #unwatch = () => {};

  get instance(): string {
    return this.state.instance;
  }

  override async onCreate(options: unknown): Promise<void> {
    super.onCreate(options);
    const instance = parseSlug((options as { instance?: unknown }).instance);
    const { chats, presence, config, cluster } = this.services;
    const session = newSession("chat", instance, this.services.now());
    this.open(session, new RoomLife(this.services.lifecycle, session));
    this.#fence = cluster.own(this.key)?.fence ?? 0;
    Object.assign(this.state, { instance, piece: chats.pieceOf(instance), seq: 0, lostBefore: 0 });
    this.metadata = this.describe();
    this.#lines = new Lines(this.state.lines);
    this.people = new ChatPeople({
      state: this.state,
      maxListed: config.rosterMax,
      counts: () => presence.counts(this.key),
    });
    this.state.lostBefore = await chats.log.begin(instance, this.#fence);
    this.moderation = await chats.moderation(instance);
    this.state.slowSeconds = this.moderation.slowSeconds;
    this.#close = chats.open(instance, this);
    this.#ready = this.#loadLines();
    await this.#ready;
    this.#unwatch = cluster.watch((event) => {
      if (event.type !== "up" || !event.isEmpty) return;
      const onError = (error: unknown) => this.report(error, "loss");
      void this.within(undefined, "loss", () => this.#findLoss().catch(onError));
    });
    this.seats = new PresencePlugin(this);
    this.keepTime();
    const handlers = [
      handleSay,
      handleChanges,
      handleHistory,
      handleTyping,
      handleModeration,
      handleClientLogs,
      handleFollow,
    ];
    for (const register of handlers) register(this);
  }

  override describe() {
    const { instance } = this;
    return { ...super.describe(), instance, kind: "chat", label: instance };
  }

  /** Called by Colyseus before each patch: the roster and who types are brought up to date at its pace. */
  override onBeforePatch(): void {
    const now = performance.now();
    this.people?.publish(now);
    const handles = this.typing.changes(now);
    if (handles) this.broadcast("typing", { handles });
  }

  override onJoin(client: SeatClient, options: unknown): Promise<void> | undefined {
    const join = chatJoin.parse(options);
    const identity = client.auth as Identity;
    try {
      this.moderation.checkJoin(identity.person);
    } catch (error) {
      throw toServerError(error);
    }
    this.seat(client, join, identity);
    const told = this.seats.join(client);
    this.#tellOwn(client);
    return told;
  }

  /** Someone signed in, or is back: those who may not be here are not. */
  override admit(client: SeatClient, identity: Identity): void {
    super.admit(client, identity);
    this.moderation.checkJoin(identity.person);
    this.#tellOwn(client);
  }

  #tellOwn(client: SeatClient): void {
    client.send("own", { lines: this.#lines.ownOf(client.userData!.identity.person) });
  }

  onRoster(changes: readonly RosterChange[]): void {
    for (const change of changes) this.people.apply(change);
  }

  /**
   * Stores a line, then shows it. The log answers in order, and whatever changes a line shows it in the step after its
   * answer: nothing may come between the two, or an older answer would be shown last.
   */
  append(line: NewLine): Promise<Appended> {
    return this.within(undefined, "append", () => this.#append(line));
  }

  async #append(line: NewLine): Promise<Appended> {
    await this.#ready;
    const appended = await this.#store(line);
    const { seq } = appended.line;
    // lines before it were stored and not shown: their answers were lost, or the chat was open nowhere
    const isBehind = seq > this.state.seq + (appended.isRepeat ? 0 : 1);
    const isAfterLoss = appended.lostBefore > this.state.lostBefore;
    if (isBehind && !isAfterLoss) await this.#loadLines();
    else if (!appended.isRepeat) this.show(appended.line);
    if (isAfterLoss) await this.#tellLoss(appended.lostBefore);
    return appended;
  }

  /** Called from other processes, with data only: see elsewhere.ts. */
  sayFor(said: Said): Promise<Answered<Appended>> {
    return within({ environment: "remote" }, "ask", () =>
      answering(() => this.services.chats.say(this.instance, said)),
    );
  }

  protected override async carryOut(order: RoomOrder): Promise<number> {
    if (order.action === "kick" || order.action === "move") return super.carryOut(order);
    await moderateFor(this.moderation, order);
    const ban = order.action === "ban" ? this.moderation.held("ban", order.person) : undefined;
    return ban ? endSeats(this, order.person, "BANNED", describeRestriction(ban)) : 0;
  }

  /** Under this room's fence: where another process has the chat by now, this room ends. */
  async #store(line: NewLine): Promise<Appended> {
    try {
      return await this.services.chats.log.append(this.instance, line, { floor: this.state.seq, fence: this.#fence });
    } catch (error) {
      if (error instanceof HereaboutsError && error.code === "MOVED") void this.moveOn();
      throw error;
    }
  }

  async #findLoss(): Promise<void> {
    const { seq } = this.state;
    if ((await this.services.chats.log.last(this.instance)) < seq) await this.#tellLoss(seq + 1);
  }

  /** Lines before `seq` are gone from the log: those are taken out here too, and everyone is told. */
  async #tellLoss(seq: number): Promise<void> {
    this.state.lostBefore = seq;
    this.#lines.retain(await this.#readLines());
  }

  /** Shows a line as the log has it now. */
  show(line: Line): void {
    if (line.seq > this.state.seq) this.state.seq = line.seq;
    const isShown = this.#lines.put(line);
    const gone = line.state === "gone";
    if (!isShown || gone) this.broadcast("changed", { seq: line.seq, gone });
    if (line.state !== "shadow") return;
    for (const client of this.clients) if (client.userData?.identity.person === line.author.id) this.#tellOwn(client);
  }

  onErased(person: string): Promise<void> {
    return this.within(undefined, "erase", () => this.#onErased(person));
  }

  async #onErased(person: string): Promise<void> {
    await this.#loadLines();
    this.broadcast("erased", { person });
  }

  /** Shows the last lines as the log has them. */
  async #loadLines(): Promise<void> {
    const lines = await this.#readLines();
    for (const line of lines) this.#lines.put(line);
    this.state.seq = Math.max(this.state.seq, lines.at(-1)?.seq ?? 0);
  }

  #readLines(): Promise<Line[]> {
    return this.services.chats.log.read(this.instance, { limit: chatLimits.window });
  }

  override async onDispose(): Promise<void> {
    this.#unwatch();
    this.#close();
    await super.onDispose();
  }
}

/** The class to register with Colyseus: ChatRoom with its services. */
export function chatRoomWith(services: RoomServices): new () => ChatRoom {
  return class extends ChatRoom {
    override readonly services = services;

    /** Brings the instance's name into its one spelling before Colyseus looks for the room. */
    static override async onAuth(token: string, options: Record<string, unknown>, context: AuthContext) {
      return authenticate(services, token ?? context.token, options, chatJoin, (join) => {
        options["instance"] = parseSlug(join.instance);
      });
    }
  };
}
