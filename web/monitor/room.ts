/** The open rooms, or one of them live: the hash names it. Asked for each second while the page is seen. */
import type { LivePerson, LiveRoom, LiveSeat, RoomSummary } from "../../schema/operations.ts";
import { find, make, setText } from "../shared/dom.ts";
import { ask, enter, tellFailure } from "./ask.ts";
import { ago, bytes, type Row, showFacts, showRows, time } from "./table.ts";

const everyMs = 1000;
const nobodySeated = "Nobody holds a seat in its room.";
const notice = find("notice", HTMLDivElement);

const keyOfAddress = () => decodeURIComponent(location.hash.slice(1));

async function refresh(): Promise<void> {
  const key = keyOfAddress();
  find("list", HTMLElement).hidden = key !== "";
  find("live", HTMLDivElement).hidden = key === "";
  setText(find("heading", HTMLHeadingElement), key || "Rooms");
  if (key) show(await ask<LiveRoom>(`/ops/rooms/${encodeURIComponent(key)}`));
  else showAll(await ask<RoomSummary[]>("/ops/rooms"));
  notice.hidden = true;
}

function showAll(rooms: readonly RoomSummary[]): void {
  const toRow = ({
    room,
    name,
    people,
    connections,
    guests,
    here,
    invisible,
    listeners,
    process,
  }: RoomSummary): Row => ({
    key: room,
    cells: [
      { text: name ? `${room} (${name})` : room, href: `#${room}` },
      ...[people, connections, guests].map(String),
      here === undefined ? "" : String(here),
      String(invisible),
      listeners === undefined ? "" : String(listeners),
      process,
    ],
  });
  showRows(find("rooms", HTMLTableSectionElement), rows(rooms.map(toRow), "Nothing is open."));
}

function show(room: LiveRoom): void {
  const { counts, perSecond, audio, people, refusals } = room;
  const perSec = (rate: number) => `${rate.toFixed(1)} / s`;
  const folder = find("folder", HTMLSpanElement);
  if (!room.folder) folder.replaceChildren();
  else {
    if (folder.childElementCount === 0) folder.append("· ", make("a", "", "What is kept of it"));
    folder.querySelector("a")!.href = `/monitor/sessions#${encodeURIComponent(room.folder)}`;
  }
  showFacts(find("facts", HTMLDListElement), {
    People: `${counts.people} (${counts.guests} guests)`,
    Connections: String(counts.connections),
    Invisible: String(counts.invisible),
    ...(counts.here === undefined ? {} : { Here: String(counts.here) }),
    ...(audio
      ? { Plays: audio.track, Next: audio.next, Listeners: `${audio.listeners} (${audio.followers} through followers)` }
      : {}),
    Messages: perSec(perSecond.messages),
    ...(room.room.startsWith("world:")
      ? { Moves: perSec(perSecond.moves), Frames: perSec(perSecond.frames), Sent: `${bytes(perSecond.bytes)} / s` }
      : {}),
    Process: room.process,
    "Room id": room.roomId || "none",
  });
  const rowsOfPeople = people.flatMap((person) => rowsOf(person, room.at));
  showRows(find("people", HTMLTableSectionElement), rows(rowsOfPeople, room.roomId ? "Nobody is here." : nobodySeated));
  const toRow = ({ at, code, of, person, handle }: LiveRoom["refusals"][number], i: number): Row => ({
    key: `${at} ${i}`,
    cells: [time(at), code, of, { text: handle, href: `/monitor/people#${person}` }],
  });
  showRows(find("refusals", HTMLTableSectionElement), rows(refusals.map(toRow), "None."));
}

function rows(all: readonly Row[], none: string): readonly Row[] {
  return all.length > 0 ? all : [{ key: "none", cells: [none] }];
}

/** A row for each connection, and one for a ghost, who has none. */
function rowsOf(person: LivePerson, now: number): Row[] {
  const { person: id, name, handle, guest, status, since, seats } = person;
  const who = { text: `${name || handle}${guest ? " (guest)" : ""}`, href: `/monitor/people#${id}` };
  const head = [who, status, ago(since, now)];
  if (seats.length === 0) return [{ key: id, cells: [...head, ...Array.from({ length: 8 }, () => "")] }];
  return seats.map((seat, i) => ({ key: `${id} ${seat.tab} ${i}`, cells: [...head, ...cellsOf(seat)] }));
}

function cellsOf(seat: LiveSeat): string[] {
  const { tab, role, carrier, channel, why, switches = 0, waitingBytes } = seat;
  const ms = (value?: number) => (value === undefined ? "" : `${value.toFixed(0)} ms`);
  const share = (value?: number) => (value === undefined ? "" : `${(value * 100).toFixed(1)} %`);
  const isUntried = channel === "fallback" && why === "start";
  const channelText = channel && !isUntried ? `${channel}: ${why}${switches > 0 ? `, ${switches} switches` : ""}` : "";
  return [
    `${tab}${role === "spectator" ? " (watches)" : ""}`,
    { datagram: "UDP", websocket: "WebSocket", none: "none" }[carrier],
    ms(seat.roundTripMs),
    ms(seat.jitterMs),
    share(seat.loss),
    share(seat.lossReceiving),
    channelText,
    waitingBytes > 0 ? bytes(waitingBytes) : "",
  ];
}

/** One after the other, and none while nobody looks. */
async function keepFresh(): Promise<void> {
  for (;;) {
    if (document.visibilityState === "visible") await refresh().catch(tellFailure);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

addEventListener("hashchange", () => location.reload());
enter().catch(tellFailure);
void keepFresh();
