/**
 * The sheet's title, one's square of the grid, and how the connection is: small and calm, also when it is lost.
 */
import type { World } from "hereabouts/client";
import { find, setText } from "../../shared/dom.ts";
import { landOf } from "../../shared/lands.ts";
import { gridReference, type Point } from "../../shared/terrain.ts";
import { setTitle } from "../../shared/title.ts";

const title = find("title", HTMLHeadingElement);
const square = find("square", HTMLParagraphElement);
const link = find("link", HTMLParagraphElement);
const linkText = find("link-text", HTMLSpanElement);

export function showTitle(slug: string): void {
  setText(title, slug);
  title.title = slug;
  title.classList.toggle("water", landOf(slug).bowl);
  setTitle(`${slug} · hereabouts`);
}

export function showSquare({ x, y }: Point): void {
  setText(square, gridReference(x, y));
}

export function showLink({ connection, link: { roundTripMs, carrier } }: World): void {
  link.dataset["state"] = connection;
  const trip = roundTripMs === undefined ? "here" : `${Math.round(roundTripMs)} ms`;
  setText(linkText, connection === "open" ? trip : connection === "closed" ? "left" : `${connection}…`);
  link.title = connection === "open" ? `Round trip of movement, over ${carrier}` : "";
}
