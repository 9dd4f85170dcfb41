/** What every room is spared, where that is not seen from outside. */
import { Room } from "@colyseus/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BaseRoom } from "./BaseRoom.ts";
import type { RoomServices } from "./services.ts";

class TestRoom extends BaseRoom {
  readonly exclusiveSeats = false;
  readonly services = {
    cluster: { isCurrent: true },
    metrics: { errors: { inc: vi.fn() } },
    log: { limited: vi.fn() },
  } as unknown as RoomServices;
}

const sent = vi.spyOn(Room.prototype, "broadcastPatch").mockReturnValue(true);
afterEach(() => void sent.mockReset());

describe("patches", () => {
  it("[OP5] are not sent while another process may have the room", () => {
    sent.mockReturnValue(true);
    const room = new TestRoom();
    Object.assign(room.services.cluster, { isCurrent: false });
    expect(room.broadcastPatch()).toBe(false);
    expect(sent).not.toHaveBeenCalled();
    Object.assign(room.services.cluster, { isCurrent: true });
    expect(room.broadcastPatch()).toBe(true);
  });

  it("that fail are logged, and throw nothing at the timer that sends them", () => {
    sent.mockImplementation(() => {
      throw new Error("encoder");
    });
    const room = new TestRoom();
    expect(room.broadcastPatch()).toBe(false);
    expect(room.services.log.limited).toHaveBeenCalledOnce();
  });
});
