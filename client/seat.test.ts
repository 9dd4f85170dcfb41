/** A seat comes back by itself, also from a server that takes connections and says nothing. */
import type { Client } from "colyseus.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { closeOf, HereaboutsError, toLine } from "../schema/errors.ts";
import { Seat, type SeatEvents } from "./seat.ts";

const newRoom = () => ({
  reconnection: { enabled: true },
  connection: { isOpen: true },
  onLeave: vi.fn(),
  onError: vi.fn(),
  leave: vi.fn(async () => {}),
  ping: (answered: () => void) => answered(),
});

const newEvents = () => ({ onRoom: vi.fn(), onState: vi.fn(), onClosed: vi.fn(), onTrouble: vi.fn() });

function seatBy(joinOrCreate: () => Promise<unknown>) {
  const events = newEvents();
  const client = { joinOrCreate } as unknown as Client;
  return { seat: seatOf(client, events), client, ...events };
}

function seatOf(client: Client, events: SeatEvents<unknown>) {
  const join = { roomName: "world" as const, label: "field", joinOptions: () => ({}), renew: async () => {} };
  return new Seat({ client, ...join, ...events });
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

  it("comes again when a busy server said to, without an error, and at once no more when it is left", async () => {
    const busy = new HereaboutsError("BUSY", "", { retryAfterMs: 5000 });
    const joinOrCreate = vi.fn<() => Promise<unknown>>();
    joinOrCreate.mockImplementation(() => Promise.reject(new Error(toLine(busy))));
    const { seat, onRoom, onClosed } = seatBy(joinOrCreate);
    const joined = seat.join();
    await vi.advanceTimersByTimeAsync(4999);
    expect(joinOrCreate).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(502);
    expect(joinOrCreate).toHaveBeenCalledTimes(2);
    joinOrCreate.mockResolvedValue(newRoom());
    await vi.advanceTimersByTimeAsync(5500);
    await joined;
    expect(onRoom).toHaveBeenCalledOnce();
    await seat.leave();
    expect(onClosed).toHaveBeenCalledExactlyOnceWith(undefined);

    joinOrCreate.mockImplementation(() => Promise.reject(new Error(toLine(busy))));
    const { seat: other } = seatBy(joinOrCreate);
    const left = other.join();
    await vi.advanceTimersByTimeAsync(100);
    await other.leave();
    await left;
  });

  it("asks for another seat where it was too slow to take the one that it got", async () => {
    const expired = new Error("seat reservation expired.");
    const joinOrCreate = vi.fn<() => Promise<unknown>>().mockRejectedValueOnce(expired).mockResolvedValue(newRoom());
    const { seat } = seatBy(joinOrCreate);
    const joined = seat.join();
    await vi.advanceTimersByTimeAsync(1100);
    await joined;
    expect(joinOrCreate).toHaveBeenCalledTimes(2);
    await seat.leave();
  });

  it("tells who joins for the first time that the server stays busy after a minute", async () => {
    const busy = new HereaboutsError("BUSY", "", { retryAfterMs: 20_000 });
    const { seat } = seatBy(() => Promise.reject(new Error(toLine(busy))));
    const joined = seat.join().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await joined).toMatchObject({ code: "BUSY", retryAfterMs: 20_000 });
    expect(seat.state).toBe("closed");
  });

  it("comes back to a busy server when that said to, however long it takes", async () => {
    const busy = new HereaboutsError("BUSY", "", { retryAfterMs: 15_000 });
    const [first, second] = [newRoom(), newRoom()];
    const joinOrCreate = vi.fn<() => Promise<unknown>>();
    joinOrCreate.mockResolvedValueOnce(first);
    for (let i = 0; i < 10; i++) joinOrCreate.mockRejectedValueOnce(new Error(toLine(busy)));
    joinOrCreate.mockResolvedValue(second);
    const { seat, onTrouble } = seatBy(joinOrCreate);
    await seat.join();
    first.onLeave.mock.calls[0]![0](1006, "");
    await vi.advanceTimersByTimeAsync(10 * 16_500 + 100);
    expect(seat.room).toBe(second);
    expect(joinOrCreate).toHaveBeenCalledTimes(12);
    expect(onTrouble).not.toHaveBeenCalled();
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

  it("comes back where a join of an earlier visit, which was left before it was answered, has taken its place", async () => {
    const late = Promise.withResolvers<unknown>();
    const rooms = [newRoom(), newRoom()] as const;
    const joinOrCreate = vi.fn<() => Promise<unknown>>();
    joinOrCreate.mockReturnValueOnce(late.promise).mockResolvedValueOnce(rooms[0]).mockResolvedValue(rooms[1]);
    const { seat: earlier, client } = seatBy(joinOrCreate);
    void earlier.join();
    await earlier.leave();
    const events = newEvents();
    const seat = seatOf(client, events);
    await seat.join();
    const stray = newRoom();
    late.resolve(stray);
    await vi.advanceTimersByTimeAsync(100);
    expect(stray.leave).toHaveBeenCalledOnce();
    rooms[0].onLeave.mock.calls[0]![0](closeOf("REPLACED"), "");
    await vi.advanceTimersByTimeAsync(1000);
    expect(seat.room).toBe(rooms[1]);
    expect(events.onClosed).not.toHaveBeenCalled();
  });
});
