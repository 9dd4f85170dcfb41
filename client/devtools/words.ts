/** What the panel says: rows of text made of what the SDK shows. Pure, so that nothing of it needs a page. */
import type { AudioPlayer, Chat, Hereabouts, Person, World } from "../types.ts";
import type { FlowRate } from "./recorder.ts";
import type { Trouble } from "./troubles.ts";

export type Row = readonly string[];

const none = "–";
const ms = (value: number | undefined) => (value === undefined ? none : `${Math.round(value)} ms`);
const percent = (share: number | undefined) => (share === undefined ? none : `${(share * 100).toFixed(1)} %`);

export function meRows({ url, identity: { name, handle, role, guest } }: Hereabouts): Row[] {
  return [
    ["server", url],
    ["me", `${name} (${handle}${guest ? "" : `, ${role}`})`],
  ];
}

export function worldRows({ connection, role, counts, link, props }: World): Row[] {
  const { carrier, roundTripMs, channel } = link;
  const { state, reason, jitterMs, loss, lossReceiving, switches } = channel;
  return [
    ["state", `${connection}, ${role}`],
    ["people", `${counts.people} (${counts.connections} connections, ${counts.guests} guests)`],
    ["carrier", carrier],
    ["round trip", ms(roundTripMs)],
    ["datagrams", `${state}${reason ? `, ${reason}` : ""}; ${switches} switches`],
    ["network", `${ms(channel.roundTripMs)}, jitter ${ms(jitterMs)}`],
    ["loss", `out ${percent(loss)}, in ${percent(lossReceiving)}`],
    ["props", String(props.size)],
  ];
}

export function chatRows({ connection, counts, lines, slowSeconds, isModerator }: Chat): Row[] {
  return [
    ["state", connection + (isModerator ? ", moderator" : "")],
    ["people", `${counts.here} here, ${counts.online} online (${counts.connections} connections)`],
    ["lines", `${lines.length} of ${lines.at(-1)?.seq ?? 0}`],
    ...(slowSeconds > 0 ? [["slow mode", `${slowSeconds} s`]] : []),
  ];
}

export function audioRows({ session, playback, health, heard, listeners }: AudioPlayer): Row[] {
  return [
    ["session", `${session.name || session.id}, ${session.type}`],
    ["playback", `${playback}; sound ${health.sound}, events ${health.events}`],
    ["heard", heard ? `${heard.track.title}, ${Math.round(heard.positionMs / 1000)} s` : none],
    ["listeners", String(listeners)],
  ];
}

export function personRow({ name, isMe, status, to, attention, placed, x, y, connections }: Person): Row {
  const place = placed ? `${x.toFixed(1)}, ${y.toFixed(1)}` : none;
  const tabs = connections > 1 ? ` ×${connections}` : "";
  return [`${name}${isMe ? " (me)" : ""}${tabs}`, `${status}${to ? ` in ${to}` : ""}`, attention, place];
}

export function flowRow({ way, room, carrier, name, frames, perSecond, bytesPerSecond }: FlowRate): Row {
  const by = carrier === "datagram" ? "udp" : "ws";
  return [way, `${room} ${by}`, name, String(frames), perSecond.toFixed(1), (bytesPerSecond / 1000).toFixed(2)];
}

export function troubleRow({ at, where, code, message }: Trouble): Row {
  return [at.toTimeString().slice(0, 8), where, code, message];
}
