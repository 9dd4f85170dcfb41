/** A world's room as the runner of its piece needs it. */
import type { Pose } from "../../../schema/geometry.ts";
import type { BaseRoom } from "../../BaseRoom.ts";
import type { WorldHost } from "../messages/host.ts";
import { slowMs, strikes } from "./guard.ts";
import type { PieceHost } from "./runner.ts";

type Room = WorldHost & Pick<BaseRoom, "key" | "clients" | "clock" | "report">;

export function hostOf(
  room: Room,
  game: PieceHost["game"],
  poseOf: (slot: number) => Readonly<Pose> | undefined,
): PieceHost {
  const { log, cluster, now } = room.services;
  const fields = { room: room.key };
  return {
    slug: room.state.slug,
    people: room.state.people,
    props: room.props,
    game,
    poseOf,
    send(type, data, to) {
      const message = { from: "", type, data };
      if (to === undefined) return room.announce("piece", message);
      for (const client of room.clients) if (client.userData?.identity.person === to) client.send("piece", message);
    },
    propChanged: (key) => room.recorder.propChanged(key, ""),
    setTimer(kind, ms, run) {
      // whoever stood still may not be the one that has this world
      const timer = room.clock[kind](() => void (cluster.isCurrent && run()), ms);
      return () => timer.clear();
    },
    onError: (error, doing) => room.report(new Error(`the piece failed in ${doing}`, { cause: error }), "piece"),
    onSlow(ms) {
      const took = { ...fields, ms: Math.round(ms), limitMs: slowMs };
      log.limited("warn", "piece.slow", took, "the piece's onTick took long: everyone in this process waited for it");
    },
    onOff() {
      const why = `onTick failed or took long ${strikes} times in a row: it is not called again in this world`;
      log.error(fields, why);
    },
    clock: () => performance.now(),
    now,
  };
}
