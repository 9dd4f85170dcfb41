/**
 * The server side of a piece in one world: calls what the piece defines, and gives it its world. Whatever the piece does,
 * the world goes on (guard.ts).
 */
import type { Piece, PieceGame, PiecePerson, PieceWorld } from "../../../pieces/index.ts";
import { HereaboutsError } from "../../../schema/errors.ts";
import type { Pose } from "../../../schema/geometry.ts";
import { type LeaveReason, limits } from "../../../schema/messages.ts";
import { pieceOwner, saidByPiece } from "../../../schema/piece.ts";
import { validate } from "../../../schema/validate.ts";
import type { PersonState } from "../../../schema/world.ts";
import type { Props } from "../props.ts";
import { Guard } from "./guard.ts";
import { PieceState } from "./state.ts";

/** What the runner needs of its room. */
export interface PieceHost {
  readonly slug: string;
  readonly people: { values(): Iterable<PersonState>; get(id: string): PersonState | undefined };
  readonly props: Props;
  readonly game: PieceGame | undefined;
  poseOf(slot: number): Readonly<Pose> | undefined;
  /** Tells everyone, or all tabs of one person. */
  send(type: string, data: unknown, to: string | undefined): void;
  propChanged(key: string): void;
  /** Gives a function that calls it off. */
  setTimer(kind: "setTimeout" | "setInterval", ms: number, run: () => void): () => void;
  onError(error: unknown, doing: string): void;
  onSlow(ms: number): void;
  onOff(): void;
  /** In ms. */
  clock(): number;
  /** Server time in ms since the epoch. */
  now(): number;
}

const noGame: PieceGame = { players: new Map(), things: {} };

/** Who asks what only reads and is not seen here: the piece is not to know who they are. */
const nobody: PiecePerson = {
  id: "",
  handle: "",
  name: "",
  kind: "human",
  guest: true,
  status: "ghost",
  pose: undefined,
};

type Sayable = `piece:${string}`;

export class PieceRunner {
  readonly world: PieceWorld<never>;
  readonly #piece: Piece;
  readonly #host: PieceHost;
  readonly #guard: Guard;
  readonly #state: PieceState;
  /** Who has been told to the piece, as they were last. */
  readonly #people = new Map<string, PiecePerson>();
  #lastTick: number;
  #isTouched = true;
  #isClosed = false;

  constructor(piece: Piece, host: PieceHost) {
    this.#piece = piece;
    this.#host = host;
    this.#guard = new Guard(host);
    this.#lastTick = host.clock();
    const { props } = host;
    const onError = (error: unknown) => host.onError(error, "state");
    this.#state = new PieceState({ piece, props, onChange: (key) => host.propChanged(key), onError });
    this.world = this.#worldOf();
    this.#run("onStart", () => piece.onStart?.(this.world));
    this.flush();
  }

  join(person: PersonState): void {
    const known = this.#people.has(person.id);
    const shown = this.#personOf(person);
    this.#people.set(person.id, shown);
    if (!known) this.#run("onJoin", () => this.#piece.onJoin?.(this.world, shown));
  }

  leave(id: string, reason: LeaveReason): void {
    const person = this.#people.get(id);
    if (!person) return;
    this.#people.delete(id);
    this.#run("onLeave", () => this.#piece.onLeave?.(this.world, person, reason));
  }

  rename(was: string, person: PersonState): void {
    this.#people.delete(was);
    const shown = this.#personOf(person);
    this.#people.set(person.id, shown);
    this.#run("onRename", () => this.#piece.onRename?.(this.world, shown, was));
  }

  /** Whether the piece says of a message that it only reads. */
  reads(type: string): boolean {
    return this.#piece.reads.includes(type);
  }

  /**
   * Does what the piece does for a message, and gives its answer. Throws what the sender is refused with: UNAVAILABLE once
   * it is closed, also to what was asked before and not done yet, as what that changes is not kept.
   */
  ask(id: string, type: string, data: unknown): unknown {
    this.#checkOpen();
    const { messages, on } = this.#piece;
    const person = this.#people.get(id) ?? (this.reads(type) ? nobody : undefined);
    const shape = Object.hasOwn(messages, type) ? messages[type] : undefined;
    if (!shape) throw new HereaboutsError("UNKNOWN_MESSAGE", `The piece ${this.#piece.slug} takes no "${type}".`);
    if (!person) throw new HereaboutsError("FORBIDDEN", "Only who is seen here may ask something of the piece.");
    const parsed = validate(shape, data);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = issue && issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
      throw new HereaboutsError("BAD_MESSAGE", `"${type}"${where}: ${issue?.message ?? "not valid"}.`);
    }
    this.#isTouched = true;
    const answer: unknown = on[type]!(this.world, person, parsed.data);
    if (!(answer instanceof Promise)) return answerOf(answer);
    const done = (given: unknown) => {
      this.#checkOpen();
      return answerOf(given);
    };
    return answer.then(done).finally(() => (this.#isTouched = true));
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new HereaboutsError("UNAVAILABLE", "The world is about to go on elsewhere.");
  }

  /** A tick has nothing of the piece to do. */
  get isIdle(): boolean {
    return this.#isClosed || (!this.#isTouched && (!this.#piece.onTick || this.#guard.isOff));
  }

  tick(): void {
    if (this.#isClosed) return;
    const { onTick } = this.#piece;
    const now = this.#host.clock();
    const dtMs = now - this.#lastTick;
    this.#lastTick = now;
    if (onTick && !this.#guard.isOff) {
      this.#isTouched = true;
      this.#guard.tick(() => onTick(this.world, dtMs));
    }
    if (this.#isTouched) this.flush();
  }

  flush(): void {
    this.#isTouched = false;
    this.#state.flush();
  }

  /** From now on nothing of the piece is called. */
  close(): void {
    if (this.#isClosed) return;
    this.flush();
    this.#isClosed = true;
  }

  #run(doing: string, work: () => unknown): void {
    if (this.#isClosed) return;
    const touch = () => (this.#isTouched = true);
    touch();
    const went = this.#guard.run(doing, work);
    if (typeof went !== "boolean") void went.then(touch);
  }

  #timer(kind: "setTimeout" | "setInterval", ms: number, run: () => void): () => void {
    if (!Number.isFinite(ms)) throw new TypeError(`A timer needs a number of ms; got ${ms}.`);
    return this.#host.setTimer(kind, Math.max(1, ms), () => this.#run("timer", run));
  }

  #personOf(state: PersonState): PiecePerson {
    const { id, handle, name, kind, guest } = state;
    const { people } = this.#host;
    const { poseOf } = this.#host;
    return {
      id,
      handle,
      name,
      kind,
      guest,
      get status() {
        return people.get(id)?.status ?? "ghost";
      },
      get pose() {
        const slot = people.get(id)?.slot;
        return slot === undefined ? undefined : poseOf(slot);
      },
    };
  }

  #worldOf(): PieceWorld<never> {
    const host = this.#host;
    const { props } = host;
    const send = (type: Sayable, data: unknown = null, to?: string) => host.send(type, sayable(type, data), to);
    return {
      slug: host.slug,
      state: this.#state.value as never,
      people: this.#people,
      game: host.game ?? noGame,
      props: {
        get: (key) => {
          const prop = props.get(key);
          return prop && (JSON.parse(prop.value) as unknown);
        },
        ownerOf: (key) => props.get(key)?.owner || undefined,
        set: (key, value, { owner, saved } = {}) => {
          if (owner === pieceOwner) throw new TypeError("A prop's owner is the id of a person.");
          props.setAsPiece(checkKey(key), value, { owner, saved });
          host.propChanged(key);
        },
        delete: (key) => {
          props.deleteAsPiece(key);
          host.propChanged(key);
        },
        keys: () => props.keys(),
      },
      now: () => host.now(),
      send,
      say: (text) => send(saidByPiece, { text: String(text) }),
      after: (ms, run) => this.#timer("setTimeout", ms, run),
      every: (ms, run) => this.#timer("setInterval", ms, run),
    };
  }
}

/** As it travels. Throws what is no JSON, as a bug of the piece. */
function answerOf(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer) ?? "null");
}

function checkKey(key: string): string {
  const isKey = typeof key === "string" && key !== "" && key.length <= limits.propKeyChars && key.isWellFormed();
  if (!isKey) throw new TypeError(`A prop's key is a text of 1 to ${limits.propKeyChars} characters; got ${key}.`);
  return key;
}

/** As it travels. Throws TOO_LARGE. */
function sayable(type: string, data: unknown): unknown {
  if (!type.startsWith("piece:")) throw new TypeError(`A piece's messages begin with "piece:"; got "${type}".`);
  const text = JSON.stringify(data) ?? "null";
  const size = Buffer.byteLength(text);
  if (size > limits.pieceBytes) {
    throw new HereaboutsError("TOO_LARGE", `"${type}" has ${size} bytes; the limit is ${limits.pieceBytes}.`);
  }
  return JSON.parse(text);
}
