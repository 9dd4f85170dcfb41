/** An audio session as operators see it live (OP2), with or without its room. */
import type { TrackInfo } from "../../schema/audio.ts";
import type { LiveRoom } from "../../schema/operations.ts";
import type { RoomKey } from "../../services/presence/crowd.ts";
import type { AudioSession } from "../../services/sessions/session.ts";
import { liveRoom } from "../live.ts";
import type { RoomServices } from "../services.ts";
import { Traffic } from "../traffic.ts";

export function liveAudio(session: AudioSession): NonNullable<LiveRoom["audio"]> {
  const { label: name, stream, clients } = session;
  const { track, next } = stream.onAir();
  return { name, track: titleOf(track), next: titleOf(next), clients, ...session.heardBy() };
}

/** One in whose room nobody holds a seat: who hears it fetches its stream. */
export function liveWithoutRoom(services: RoomServices, session: AudioSession): LiveRoom {
  const nobody = { clientOfSeat: () => undefined, statsOf: () => undefined };
  const room = { key: session.key as RoomKey, roomId: "", services, session, traffic: new Traffic(), ...nobody };
  return { ...liveRoom(room), audio: liveAudio(session) };
}

function titleOf(track: TrackInfo | null | undefined): string {
  return track ? [track.artist, track.title].filter(Boolean).join(": ") : "";
}
