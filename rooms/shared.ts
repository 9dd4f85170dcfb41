/** Rooms among several processes: what Colyseus shares of them, and what becomes of them when others come and go. */
import { matchMaker } from "@colyseus/core";
import type { ClusterEvent } from "../services/cluster/cluster.ts";
import { type Connections, ready } from "../services/cluster/redis.ts";
import { apartFrom } from "../services/ops/log.ts";
import { openRooms } from "./BaseRoom.ts";
import { Listings, Messages } from "./listings.ts";
import type { RoomServices } from "./services.ts";

/** What a process that died has left in the listing goes at once, or by this long where that could not be done. */
const sweepMs = 3000;

/** What Colyseus's server is given. */
export async function shareRooms(redis: Connections, { cluster, log: own }: RoomServices) {
  const log = apartFrom(own);
  const onError = (error: unknown) => log.limited("error", "rooms", { error }, "what rooms share failed");
  const [forListings, forMessages] = [redis.open(), redis.open()];
  await Promise.all([ready(forListings), ready(forMessages)]);
  const driver = new Listings(forListings, onError);
  const presence = new Messages(forMessages, onError);
  // it would look for dead processes by itself, slower than the cluster does
  matchMaker.setHealthChecksEnabled(false);

  const sweep = () => {
    driver.sweep(new Set(cluster.members().map(({ id }) => id))).catch(onError);
  };
  const onEvent = (event: ClusterEvent): void => {
    if (event.type === "up") driver.restore();
    else if (event.type === "lost") roomOf(event.home.value)?.moveOn().catch(onError);
    else if (event.type === "gone") {
      log.info({ process: event.member.id, why: event.why }, "a process is gone");
      sweep();
      matchMaker.stats.excludeProcess(event.member.id).catch(onError);
    }
  };
  cluster.watch(onEvent);
  // one of them is enough
  setInterval(() => {
    const [first] = cluster
      .members()
      .map(({ id }) => id)
      .sort();
    if (cluster.isUp && first === cluster.id) sweep();
  }, sweepMs).unref();
  return { driver, presence };
}

function roomOf(roomId: string) {
  return [...openRooms].find((room) => room.roomId === roomId);
}
