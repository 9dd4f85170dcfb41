/**
 * The room of an audio session: what plays as state, and commands. Joined with the session's id or name; it makes none.
 * When the session ends everyone is told why and the room closes. What is heard goes by HTTP (routes/audio).
 */
import type { AuthContext } from "@colyseus/core";
import { type AudioEvent, AudioState, audioJoin } from "../../schema/audio.ts";
import type { LiveRoom } from "../../schema/operations.ts";
import type { Identity } from "../../services/identity/person.ts";
import { mayCommand } from "../../services/sessions/commands.ts";
import type { AudioSession } from "../../services/sessions/session.ts";
import { toServerError } from "../BaseRoom.ts";
import { authenticate } from "../join.ts";
import { OperatedRoom } from "../OperatedRoom.ts";
import { PresencePlugin, type PresentRoom } from "../plugins/presence.ts";
import type { SeatClient } from "../seat.ts";
import type { RoomServices } from "../services.ts";
import { liveAudio } from "./live.ts";
import { handleBack } from "./messages/back.ts";
import { handleDirection } from "./messages/direction.ts";
import { handleFork } from "./messages/fork.ts";
import { handleHeard } from "./messages/heard.ts";
import type { AudioHost } from "./messages/host.ts";
import { handleNext } from "./messages/next.ts";
import { handlePlay } from "./messages/play.ts";
import { showJourney, showOnAir } from "./onAir.ts";

const onAirMs = 250;

export abstract class AudioRoom extends OperatedRoom<AudioState> implements PresentRoom, AudioHost {
  override state: AudioState = new AudioState();
  readonly exclusiveSeats = false;
  declare session: AudioSession;
  readonly #detach = new Map<string, () => void>();
  #unwatch = () => {};

  override onCreate(options: unknown): void {
    super.onCreate(options);
    this.open(this.services.sessions.resolve(String((options as { session?: unknown }).session)));
    const { id, name, type, following, stream, feed } = this.session;
    Object.assign(this.state, {
      sessionId: id,
      name,
      sessionType: type,
      followingSession: following?.id ?? "",
      allowCommands: mayCommand(this.session, this.services.config, undefined),
      epochMs: stream.epochMs,
      ...this.session.heardBy(),
    });
    showOnAir(this.state, stream.onAir());
    showJourney(this.state, stream.journey());
    this.metadata = this.describe();
    for (const register of [handleNext, handleDirection, handlePlay, handleBack, handleHeard, handleFork])
      register(this);
    this.seats = new PresencePlugin(this);
    this.keepTime();
    this.#unwatch = feed.watch((event) => this.within(undefined, event.type, () => this.#onEvent(event)));
    this.clock.setInterval(() => showOnAir(this.state, stream.onAir()), onAirMs);
  }

  override onJoin(client: SeatClient, options: unknown): Promise<void> | undefined {
    const join = audioJoin.parse(options);
    const identity = client.auth as Identity;
    this.seat(client, join, identity);
    try {
      this.admit(client, identity);
      this.#attach(client, join.listener);
    } catch (error) {
      throw toServerError(error);
    }
    return this.seats.join(client);
  }

  /** The session may have ended while someone was away, or on their way here. */
  override admit(client: SeatClient, identity: Identity): void {
    super.admit(client, identity);
    this.services.sessions.resolve(this.session.id);
  }

  override onLeave(client: SeatClient, code?: number): void {
    super.onLeave(client, code);
    this.#detach.get(client.sessionId)?.();
    this.#detach.delete(client.sessionId);
  }

  onRoster(): void {}

  #attach(client: SeatClient, listener: string | undefined): void {
    const onJoined = (frame: number) => client.send("joined", { listener, frame });
    const seat = client.userData!;
    const detach = this.services.sessions.attach(this.session, {
      as: "room",
      listener,
      onJoined,
      connection: seat.connection,
      get person() {
        return seat.identity.person;
      },
      get handle() {
        return seat.identity.handle;
      },
    });
    this.#detach.set(client.sessionId, detach);
  }

  onIdentified({ userData }: SeatClient, before: Identity): void {
    const { identity, connection } = userData!;
    const { lifecycle } = this.services;
    const who = ({ person, handle }: Identity) => ({ as: "room", person, handle, connection }) as const;
    lifecycle.emit("session.joined", { session: this.session, who: who(identity) });
    lifecycle.emit("session.left", { session: this.session, who: who(before) });
  }

  #onEvent(event: AudioEvent): void {
    switch (event.type) {
      case "track":
        showOnAir(this.state, this.session.stream.onAir());
        this.services.log.debug({ track: event.track.id }, "track begun");
        break;
      case "journey":
        showJourney(this.state, event);
        break;
      case "listeners":
        this.state.listeners = event.listeners;
        this.state.followers = event.followers;
        break;
      case "ended":
        this.broadcast("ended", { reason: event.reason });
        if (event.reason !== "closing") this.#endAll(); // then the server lets everyone go
        break;
      case "moved":
        void this.moveOn();
        break;
    }
  }

  #endAll(): void {
    void this.lock();
    for (const client of [...this.clients]) if (client.userData) this.end(client, "SESSION_ENDED");
  }

  protected override watched(): LiveRoom {
    return { ...super.watched(), audio: liveAudio(this.session) };
  }

  override describe() {
    const { name, id } = this.session;
    const { listeners } = this.session.heardBy();
    return { ...super.describe(), kind: "audio", label: name || id, session: id, listeners };
  }

  override async onDispose(): Promise<void> {
    this.#unwatch();
    for (const detach of this.#detach.values()) detach();
    await super.onDispose();
  }
}

/** The class to register with Colyseus: AudioRoom with its services. */
export function audioRoomWith(services: RoomServices): new () => AudioRoom {
  return class extends AudioRoom {
    override readonly services = services;

    /** Puts the session's id in the place of its name before Colyseus looks for the room. */
    static override async onAuth(token: string, options: Record<string, unknown>, context: AuthContext) {
      return authenticate(services, token ?? context.token, options, audioJoin, async ({ session }) => {
        options["session"] = (await services.sessions.placeOf(session)).id;
      });
    }
  };
}
