/** What operators can do from the outside of rooms. Types only; rooms/operations.ts does it. */
import type { HeldRestriction, LiveRoom, Order, OrderAnswer } from "../../schema/operations.ts";
import type { RoomKey } from "../presence/crowd.ts";

export interface Operations {
  /**
   * In whichever processes it concerns. Throws PERSON_NOT_FOUND where there is nobody to do it to or nothing to undo,
   * RESTRICTION_CHANGED where another ban or mute holds than the one to be lifted, BAD_BODY for what cannot be done there,
   * UNAVAILABLE naming the rooms whose process does not answer: then the others have done it.
   */
  act(order: Order): Promise<OrderAnswer>;
  /** Throws NOT_FOUND for a room that is not open, UNAVAILABLE, and Elsewhere for an audio session of another process. */
  live(room: RoomKey): Promise<LiveRoom>;
  /** What operators and the moderators of chats laid on people and that holds now; of chats, open or not, the first 1000. */
  restrictions(): Promise<HeldRestriction[]>;
}
