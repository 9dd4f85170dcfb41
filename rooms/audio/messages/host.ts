/** What the handlers of an audio room's messages need of the room they serve. */
import type { AudioSession } from "../../../services/sessions/session.ts";
import type { Gate } from "../../gate.ts";
import type { RoomServices } from "../../services.ts";

export interface AudioHost {
  readonly services: RoomServices;
  readonly gate: Gate;
  readonly session: AudioSession;
}
