/** What the handlers of a world's messages need of the room they serve. */
import type { WorldAnnouncements, WorldForked } from "../../../schema/messages.ts";
import type { WorldState } from "../../../schema/world.ts";
import type { Gate } from "../../gate.ts";
import type { SeatClient, SeatData } from "../../seat.ts";
import type { RoomServices } from "../../services.ts";
import type { PieceRunner } from "../piece/runner.ts";
import type { Props } from "../props.ts";
import type { Recorder } from "../recorder.ts";

export interface WorldHost {
  readonly services: RoomServices;
  readonly gate: Gate;
  readonly state: WorldState;
  readonly props: Props;
  /** Copies what stands here to the world of another slug. */
  fork(slug: string): Promise<WorldForked>;
  /** Throws TOO_FAST. */
  checkForkPace(person: string): void;
  readonly recorder: Recorder;
  /** Throws MUTED to whoever is not to show anything here, and UNAVAILABLE where it would be lost, as the world ends. */
  mayShow(seat: SeatData): void;
  /** The piece's server side. */
  readonly runner: PieceRunner;
  /** Throws FORBIDDEN to the invisible, and what `mayShow` throws. */
  mayBeHeard(seat: SeatData): void;
  /** Tells everyone, or everyone but one. */
  announce<K extends keyof WorldAnnouncements>(type: K, data: WorldAnnouncements[K], except?: SeatClient): void;
}
