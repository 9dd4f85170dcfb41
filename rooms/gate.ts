/**
 * The gate between clients and a room's handlers: everything a client sends is read, counted against its budget and
 * validated here. What does not pass is refused with a code of the error table; the seat is kept, and nothing throws.
 */
import { type Client, ClientState, Protocol, type Room } from "@colyseus/core";
import type { z } from "zod";
import { type ErrorCode, HereaboutsError } from "../schema/errors.ts";
import { validate } from "../schema/validate.ts";
import { currentContext } from "../services/context.ts";
import type { LiveSession } from "../services/lifecycle.ts";
import { messageLine } from "../services/ops/log.ts";
import type { RoomKey } from "../services/presence/crowd.ts";
import type { Budget } from "./budget.ts";
import { gateInbound, rejectRequest } from "./colyseus.ts";
import { codeMask, type Inbound, readInbound } from "./inbound.ts";
import { isUnreliable, type Ring, readRing } from "./inputs.ts";
import type { SeatClient } from "./seat.ts";
import type { RoomServices } from "./services.ts";
import type { Traffic } from "./traffic.ts";

/** A room that is guarded by a gate. */
export interface GuardedRoom {
  readonly key: RoomKey;
  readonly services: RoomServices;
  readonly traffic: Traffic;
  /** Bytes that a client sent as message number `type`. */
  onBytes(client: SeatClient, type: number, payload: Uint8Array, now: number): void;
  /** Throws what a client's inputs are refused with; `ring` is undefined for a reliable one. */
  checkInput(client: SeatClient, ring: Ring | undefined): void;
  end(client: SeatClient, code: ErrorCode): void;
  readonly session: LiveSession;
  /** Does `work` in the room's name, and the client's. */
  within<T>(client: SeatClient, doing: string, work: () => T): T;
}

/** Takes what a message costs from a budget: 0, or how long it is to wait, in ms. */
type Take = (budget: Budget, now: number) => number;
const takeMessage: Take = (budget, now) => budget.takeMessage(now);

interface HandleOptions {
  /** Its cost, if not that of any message. */
  take?: Take;
  /** Nothing is logged of it. */
  isQuiet?: boolean;
}

type Context = { id: number | undefined; reject(reason: unknown): unknown };

export class Gate {
  readonly #room: GuardedRoom;
  readonly #colyseus: Room;
  readonly #handOn: (client: Client, bytes: Uint8Array) => void;
  /** What each costs. */
  readonly #types = new Map<string, Take>();
  #customPrefix: string | undefined;

  constructor(room: GuardedRoom & Pick<Room, "onMessage" | "inputs">) {
    this.#room = room;
    this.#colyseus = room as unknown as Room;
    this.#handOn = gateInbound(this.#colyseus, (client: Client, bytes) => {
      return isOpen(client as SeatClient) && this.#admitFrame(client as SeatClient, readInbound(bytes));
    });
  }

  has(type: string): boolean {
    return this.#types.has(type);
  }

  /** Registers a message. It is refused if it does not fit `shape`, or with what `handler` throws. */
  handle<T extends z.ZodType>(
    type: string,
    shape: T,
    handler: (client: SeatClient, message: z.output<T>) => unknown,
    { take = takeMessage, isQuiet = false }: HandleOptions = {},
  ): void {
    this.#types.set(type, take);
    const handleOne = (client: SeatClient, message: unknown, context: Context): unknown => {
      const refuse = (error: unknown) => this.#refuse(client, error, type, context);
      const parsed = validate(shape, message);
      if (!parsed.success) return refuse(badMessage(type, parsed.error));
      const tell = isQuiet ? () => {} : this.#timed(type);
      try {
        const result = handler(client, parsed.data);
        if (result instanceof Promise) return result.finally(tell).catch(refuse);
        tell();
        return result;
      } catch (error) {
        return refuse(error);
      }
    };
    this.#colyseus.onMessage(type, (client: SeatClient, message: unknown, context: Context) =>
      this.#room.within(client, type, () => handleOne(client, message, context)),
    );
  }

  /** Tells how long a message took. What it said is nobody's business. */
  #timed(message: string): () => void {
    const from = performance.now();
    return () => {
      const ms = Math.round((performance.now() - from) * 100) / 100;
      this.#room.services.log.debug({ message, ms }, messageLine);
    };
  }

  /** Registers all messages whose type begins with `prefix` and that ask for no answer. */
  handleCustom(prefix: string, handler: (client: SeatClient, type: string, message: unknown) => void): void {
    this.#customPrefix = prefix;
    const handleOne = (client: SeatClient, type: string, message: unknown) => {
      const tell = this.#timed(type);
      try {
        handler(client, type, message);
        tell();
      } catch (error) {
        this.#refuse(client, error, type, undefined);
      }
    };
    this.#colyseus.onMessage("*", (client, type, message) => {
      const name = String(type);
      this.#room.within(client as SeatClient, name, () => handleOne(client as SeatClient, name, message));
    });
  }

  /** Takes a frame that came as a datagram: only what may come unreliably, so that it never speaks for the reliable path. */
  receiveUnreliable(client: SeatClient, bytes: Uint8Array): void {
    if (!isOpen(client)) return;
    const inbound = readInbound(bytes);
    if (!this.#mayBeUnreliable(inbound, bytes)) {
      this.#refuse(client, new HereaboutsError("BAD_FRAME", "It may not come as a datagram."), "datagram", undefined);
    } else if (this.#admitFrame(client, inbound)) this.#handOn(client, bytes);
  }

  #mayBeUnreliable(inbound: Inbound, bytes: Uint8Array): boolean {
    if (inbound.kind === "input") return (bytes[0]! & codeMask) === Protocol.ROOM_INPUT_UNRELIABLE;
    if (inbound.kind === "message") return inbound.requestId === undefined && this.#isCustom(inbound.type);
    return inbound.kind === "bytes";
  }

  #isCustom(type: string): boolean {
    return this.#customPrefix !== undefined && type.startsWith(this.#customPrefix);
  }

  /** Whether it goes on to Colyseus. */
  #admitFrame(client: SeatClient, inbound: Inbound): boolean {
    const now = performance.now();
    if (!this.#room.services.cluster.isCurrent) return this.#admitStale(client, inbound);
    switch (inbound.kind) {
      case "bytes":
        this.#receiveBytes(client, inbound.type, inbound.payload, now);
        return false;
      case "control":
        return this.#admitControl(client, inbound.code, now);
      case "input":
        return this.#admitInput(client, inbound.frame, now);
      case "message":
        return this.#admit(client, inbound.type, inbound.requestId, now);
      case "bad":
        this.#refuse(
          client,
          new HereaboutsError("BAD_FRAME", inbound.reason),
          "frame",
          asked(client, inbound.requestId),
        );
        return false;
      default:
        return inbound satisfies never;
    }
  }

  /** This process stood still, and another may have the room by now: nothing is taken until that is known. */
  #admitStale(client: SeatClient, inbound: Inbound): boolean {
    if (inbound.kind !== "message") return inbound.kind === "control";
    const { type, requestId } = inbound;
    if (requestId !== undefined)
      this.#refuse(client, new HereaboutsError("UNAVAILABLE"), type, asked(client, requestId));
    return false;
  }

  /** Leaving and the first acknowledgement of a join are free; what else has no meaning is counted as any message. */
  #admitControl(client: SeatClient, code: number, now: number): boolean {
    const isFree =
      code === Protocol.LEAVE_ROOM || (code === Protocol.JOIN_ROOM && client.state === ClientState.JOINING);
    const wait = isFree ? 0 : client.userData!.budget.takeMessage(now);
    if (wait > 0) this.#refuse(client, new HereaboutsError("TOO_FAST", "", { retryAfterMs: wait }), "frame", undefined);
    return wait === 0;
  }

  #admitInput(client: SeatClient, frame: Uint8Array, now: number): boolean {
    try {
      if (this.#colyseus.inputs === undefined) throw new HereaboutsError("UNKNOWN_MESSAGE", "It takes no inputs.");
      const wait = client.userData!.budget.takeMove(now);
      if (wait > 0) throw new HereaboutsError("TOO_FAST", "", { retryAfterMs: wait });
      const ring = readRing(frame);
      if (!ring && isUnreliable(frame)) throw new HereaboutsError("BAD_FRAME", "Its inputs cannot be read.");
      this.#room.checkInput(client, ring);
      return true;
    } catch (error) {
      this.#refuse(client, error, "input", undefined);
      return false;
    }
  }

  #receiveBytes(client: SeatClient, type: number, payload: Uint8Array, now: number): void {
    const wait = client.userData!.budget.takeMove(now);
    this.#room.traffic.moves.add(1, now);
    try {
      if (wait > 0) throw new HereaboutsError("TOO_FAST", "", { retryAfterMs: wait });
      this.#room.onBytes(client, type, payload, now);
    } catch (error) {
      this.#refuse(client, error, `bytes ${type}`, undefined);
    }
  }

  #admit(client: SeatClient, type: string, requestId: number | undefined, now: number): boolean {
    const take = this.#types.get(type) ?? takeMessage;
    const wait = take(client.userData!.budget, now);
    this.#room.traffic.messages.add(1, now);
    const isCustom = requestId === undefined && this.#isCustom(type);
    if (wait === 0 && (this.#types.has(type) || isCustom)) return true;
    const error =
      wait > 0
        ? new HereaboutsError("TOO_FAST", "", { retryAfterMs: wait })
        : new HereaboutsError("UNKNOWN_MESSAGE", `"${type}".`);
    this.#refuse(client, error, type, asked(client, requestId));
    return false;
  }

  /** In the room's name: bytes, which come most often of all, are in nobody's until they are refused. */
  #refuse(client: SeatClient, thrown: unknown, of: string, context: Context | undefined): unknown {
    const refuse = () => this.#refuseHere(client, thrown, of, context);
    const isInRoom = currentContext()?.session === this.#room.session.id;
    return isInRoom ? refuse() : this.#room.within(client, of, refuse);
  }

  /** Answers the request, or tells as often as one may be told. Going on for long after that ends the connection. */
  #refuseHere(client: SeatClient, thrown: unknown, of: string, context: Context | undefined): unknown {
    const error = this.#toKnown(thrown, of);
    const { budget, identity } = client.userData!;
    const { services, traffic } = this.#room;
    const { tell, abuse } = budget.refuse(performance.now());
    services.metrics.refused.inc({ code: error.code });
    traffic.refused(error.code, of, identity, services.now());
    services.log.limited("debug", `refused ${error.code}`, { code: error.code, message: of }, "refused");
    if (abuse) return this.#room.end(client, "ABUSE");
    const refusal = error.toRefusal(of);
    if (context?.id !== undefined) return context.reject(refusal);
    if (tell) client.send("refused", refusal);
    return undefined;
  }

  #toKnown(error: unknown, of: string): HereaboutsError {
    if (error instanceof HereaboutsError) return error;
    const { services, key } = this.#room;
    services.metrics.errors.inc({ where: "message" });
    const kind = this.#types.has(of) ? of : (this.#customPrefix ?? "bytes");
    services.log.limited("error", kind, { room: key, message: of, error }, "a handler failed");
    return new HereaboutsError("INTERNAL", "", { cause: error });
  }
}

function isOpen({ userData }: SeatClient): boolean {
  return userData !== undefined && userData.ended === undefined;
}

function asked(client: SeatClient, id: number | undefined): Context | undefined {
  return id === undefined ? undefined : { id, reject: (reason) => rejectRequest(client, id, reason) };
}

function badMessage(type: string, error: z.ZodError): HereaboutsError {
  const issue = error.issues[0];
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
  return new HereaboutsError("BAD_MESSAGE", `"${type}"${where}: ${issue?.message ?? "not valid"}.`);
}
