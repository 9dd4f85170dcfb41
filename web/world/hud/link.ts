/**
 * How one is linked to the server: a glyph and the round trip, small and calm, also when the link is lost. The details show
 * on hover, focus and tap. Renewed at most once a second, but for changes of state and carrier, which show at once.
 */
import type { Link, World } from "hereabouts/client";
import { find, setText } from "../../shared/dom.ts";

const renewMs = 1000;
const link = find("link", HTMLButtonElement);
const text = find("link-text", HTMLSpanElement);
const details = find("link-details", HTMLDivElement);
const carrier = find("link-carrier", HTMLElement);
const trip = find("link-trip", HTMLElement);
const jitter = find("link-jitter", HTMLElement);
const lost = find("link-lost", HTMLElement);
const note = find("link-note", HTMLParagraphElement);

/** Why movement travels over the WebSocket. */
const notes: Record<Link["channel"]["reason"], string> = {
  start: "Datagrams are being tried.",
  offered: "Datagrams are being tried.",
  proven: "",
  silent: "Datagrams stopped arriving. They are tried again.",
  late: "Datagrams came too late. They are tried again.",
  unproven: "Datagrams do not get through. They are tried again now and then.",
  network: "The network changed. Datagrams are tried again.",
  asleep: "Datagrams are tried again after sleep.",
  closed: "The datagram channel closed. It is tried again.",
  refused: "The server takes no datagrams now.",
  carrier: "The server's datagram carrier went down. It is tried again.",
  off: "There are no datagrams in this browser.",
};

let shown = "";
let shownAt = Number.NEGATIVE_INFINITY;

/** Escape puts the details away until they are asked for again. */
export function initLink(): void {
  addEventListener("keydown", ({ key }) => {
    if (key === "Escape") details.hidden = true;
  });
  for (const type of ["pointerenter", "focus", "click"]) {
    link.addEventListener(type, () => {
      details.hidden = false;
    });
  }
}

export function showLink({ connection, link: now }: World): void {
  const state = `${connection} ${now.carrier}`;
  const isDue = performance.now() - shownAt >= renewMs;
  if (state === shown && !isDue) return;
  [shown, shownAt] = [state, performance.now()];
  link.dataset["state"] = connection;
  link.dataset["carrier"] = now.carrier;
  if (connection === "open") setText(text, inMs(tripOf(now)) ?? "here");
  else setText(text, connection === "closed" ? "left" : `${connection}…`);
  showDetails(now);
}

/** There was no world to be joined. */
export function showNoLink(): void {
  setText(text, "not here");
  link.dataset["state"] = "closed";
}

function showDetails(now: Link): void {
  const { carrier: by, channel } = now;
  const isDatagram = by === "datagram";
  setText(carrier, isDatagram ? "Datagrams" : "WebSocket");
  const tripMs = inMs(tripOf(now));
  setText(trip, tripMs === undefined ? "once you walk" : isDatagram ? tripMs : `${tripMs} with the server's tick`);
  showRow(jitter, isDatagram ? inMs(channel.jitterMs) : undefined);
  showRow(lost, isDatagram ? `${percent(channel.loss)} out, ${percent(channel.lossReceiving)} in` : undefined);
  showRow(note, isDatagram ? undefined : notes[channel.reason]);
}

/** The network's round trip where it is known, else that of movement. */
function tripOf({ carrier, channel, roundTripMs }: Link): number | undefined {
  return carrier === "datagram" ? channel.roundTripMs : roundTripMs;
}

function showRow(row: HTMLElement, value: string | undefined): void {
  row.hidden = !value;
  setText(row, value ?? "");
}

function inMs(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${ms < 1 ? "< 1" : Math.round(ms)} ms`;
}

function percent(share: number): string {
  const percents = share * 100;
  return `${percents > 0 && percents < 10 ? percents.toFixed(1) : Math.round(percents)} %`;
}
