/** A seat comes back by itself, also from a server that takes connections and says nothing. */
import type { Client } from "colyseus.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { closeOf } from "../schema/errors.ts";
import { Seat } from "./seat.ts";

const newRoom = () => ({
  reconnection: { enabled: true },
  connection: { isOpen: true },
  onLeave: vi.fn(),
  onError: vi.fn(),
  leave: vi.fn(async () => {}),
  ping: (answered: () => void) => answered(),
});

function seatBy(joinOrCreate: () => Promise<unknown>) {
  const events = { onRoom: vi.fn(), onState: vi.fn(), onClosed: vi.fn(), onTrouble: vi.fn() };
  const client = { joinOrCreate } as unknown as Client;
  const seat = new Seat({ client, roomName: "world", joinOptions: () => ({}), renew: async () => {}, ...events });
  return { seat, ...events };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("[SD2] a seat", () => {
  it("gives up a join that is never answered, and leaves the room if it comes all the same", async () => {
    const answer = Promise.withResolvers<unknown>();
    const { seat, onRoom } = seatBy(() => answer.promise);
    const joined = seat.join().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(8000);
    expect(await joined).toMatchObject({ code: "TIMEOUT" });
    const room = newRoom();
    answer.resolve(room);
    await vi.advanceTimersByTimeAsync(0);
    expect(room.leave).toHaveBeenCalledOnce();
    expect(onRoom).not.toHaveBeenCalled();
  });

  it("tries again after its room has gone, where the first try is not answered either", async () => {
    const first = newRoom();
    const second = newRoom();
    const never = new Promise<never>(() => {});
    const joinOrCreate = vi.fn<() => Promise<unknown>>();
    joinOrCreate.mockResolvedValueOnce(first).mockReturnValueOnce(never).mockResolvedValue(second);
    const { seat, onState } = seatBy(joinOrCreate);
    await seat.join();
    first.onLeave.mock.calls[0]![0](1006, "");
    expect(seat.state).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(9000);
    expect(seat.room).toBe(second);
    expect(onState.mock.calls.map(([state]) => state)).toEqual(["open", "reconnecting", "open"]);
    await seat.leave();
  });

  it("comes back where a join that was given up has taken the place of the newer one", async () => {
    const late = Promise.withResolvers<unknown>();
    const rooms = [newRoom(), newRoom(), newRoom()] as const;
    const joinOrCreate = vi.fn<() => Promise<unknown>>();
    joinOrCreate.mockResolvedValueOnce(rooms[0]).mockReturnValueOnce(late.promise);
    joinOrCreate.mockResolvedValueOnce(rooms[1]).mockResolvedValue(rooms[2]);
    const { seat, onClosed } = seatBy(joinOrCreate);
    await seat.join();
    rooms[0].onLeave.mock.calls[0]![0](1006, "");
    await vi.advanceTimersByTimeAsync(9000);
    expect(seat.room).toBe(rooms[1]);
    late.resolve(newRoom());
    await vi.advanceTimersByTimeAsync(100);
    rooms[1].onLeave.mock.calls[0]![0](closeOf("REPLACED"), "");
    await vi.advanceTimersByTimeAsync(1000);
    expect(seat.room).toBe(rooms[2]);
    expect(onClosed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(6000);
    rooms[2].onLeave.mock.calls[0]![0](closeOf("REPLACED"), "");
    expect(onClosed).toHaveBeenCalledOnce();
  });
});
