/** What the handlers of a chat's messages need of the room they serve. */
import type { ChatState } from "../../../schema/chat.ts";
import type { ErrorCode } from "../../../schema/errors.ts";
import type { Line } from "../../../services/chatlog/chatlog.ts";
import type { Moderation } from "../../../services/chats/moderation.ts";
import type { RoomKey } from "../../../services/presence/crowd.ts";
import type { Gate } from "../../gate.ts";
import type { SeatClient } from "../../seat.ts";
import type { RoomServices } from "../../services.ts";
import type { ChatPeople } from "../people.ts";
import type { Typing } from "../typing.ts";

export interface ChatHost {
  readonly key: RoomKey;
  readonly instance: string;
  readonly services: RoomServices;
  readonly gate: Gate;
  readonly state: ChatState;
  readonly clients: Iterable<SeatClient>;
  readonly moderation: Moderation;
  readonly people: ChatPeople;
  readonly typing: Typing;
  /** Shows a line as the log has it now. */
  show(line: Line): void;
  end(client: SeatClient, code: ErrorCode, details?: string): void;
}
