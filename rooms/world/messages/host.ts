/** What the handlers of a world's messages need of the room they serve. */
import type { WorldAnnouncements } from "../../../schema/messages.ts";
import type { WorldState } from "../../../schema/world.ts";
import type { Gate } from "../../gate.ts";
import type { SeatClient } from "../../seat.ts";
import type { RoomServices } from "../../services.ts";
import type { Props } from "../props.ts";

export interface WorldHost {
  readonly services: RoomServices;
  readonly gate: Gate;
  readonly state: WorldState;
  readonly props: Props;
  /** Tells everyone, or everyone but one. */
  announce<K extends keyof WorldAnnouncements>(type: K, data: WorldAnnouncements[K], except?: SeatClient): void;
}
