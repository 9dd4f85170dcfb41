/** What a chat promises of its opening, where that is not seen from outside. */
import { describe, expect, it, vi } from "vitest";
import type { Line } from "../../services/chatlog/chatlog.ts";
import { LifecycleBus } from "../../services/lifecycle.ts";
import type { RoomServices } from "../services.ts";
import { chatRoomWith } from "./ChatRoom.ts";

function servicesReading(read: () => Promise<Line[]>): RoomServices {
  const nobody = { people: 0, connections: 0, guests: 0, here: 0 };
  return {
    config: { rosterMax: 500 },
    now: () => 1,
    bans: { watch: () => () => {}, checkJoin() {} },
    lifecycle: new LifecycleBus(() => {}),
    metrics: { errors: { inc() {} } },
    log: { limited() {} },
    cluster: { isAlone: true, isCurrent: true, own: () => undefined, watch: () => () => {} },
    presence: { counts: () => nobody, watch: () => () => {} },
    chats: {
      pieceOf: (instance: string) => instance,
      moderation: async () => ({ slowSeconds: 0 }),
      open: () => () => {},
      log: { begin: async () => 0, read },
    },
  } as unknown as RoomServices;
}

const line: Line = {
  ...{ seq: 1, id: "slow:1", text: "hi", font: "", at: 1, count: 1, editedAt: 0, state: "shown", hearts: [] },
  author: { id: "ada", handle: "ada", name: "Ada", kind: "human", guest: false },
};

describe("a chat that opens", () => {
  it("[CH3] lets nobody in before its last lines are there", async () => {
    const lines = Promise.withResolvers<Line[]>();
    const Chat = chatRoomWith(servicesReading(() => lines.promise));
    const room = new Chat();
    Object.assign(room as object, { _listing: {} });
    const opened = vi.fn();
    const opening = room.onCreate({ instance: "slow" }).then(opened);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(opened).not.toHaveBeenCalled();
    lines.resolve([{ ...line, seq: 7 }]);
    await opening;
    expect(room.state.seq).toBe(7);
  });
});
