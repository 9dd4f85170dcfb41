/**
 * The gallery: the pieces as sheets of one map, who is where, a field to open any name, and the sample.
 */

import { find, make, setText } from "../shared/dom.ts";
import { landOf } from "../shared/lands.ts";
import { applyPalette, currentScheme, onSchemeChange, paletteOf } from "../shared/palette.ts";
import { keepReachable } from "../shared/scrollable.ts";
import { initOpen } from "./open.ts";
import { Print } from "./print.ts";
import { watchRadio } from "./radio.ts";
import { sampleOf, showSample } from "./sample.ts";
import { type Status, uptimeText, watchStatus } from "./status.ts";

const pieces = [
  { slug: "field", about: "Hedges, furrows and a path to the pond." },
  { slug: "pond", about: "Stepping stones. Wading is allowed." },
  { slug: "meadow", about: "In flower. Leave a lamp on for the next one." },
];

/** Pieces with a page of their own. */
const cards = ["paint", "bells", "puck"];

const sheets = find("sheets", HTMLOListElement);
const census = find("census", HTMLParagraphElement);
const footer = find("footer", HTMLElement);
const copy = find("copy", HTMLButtonElement);

function makeSheet({ slug, about }: (typeof pieces)[number]) {
  const link = make("a");
  link.href = `/${slug}`;
  link.classList.toggle("water", landOf(slug).bowl);
  const canvas = make("canvas");
  canvas.setAttribute("aria-hidden", "true");
  const print = make("div", "print");
  print.append(canvas);
  const caption = make("div", "caption");
  const count = make("p", "count none");
  caption.append(make("h2", "", slug), count, make("p", "about", about));
  link.append(print, caption);
  const item = make("li");
  item.append(link);
  sheets.append(item);
  return { slug, count, print: new Print(canvas, slug) };
}

const made = pieces.map(makeSheet);

function showStatus(status: Status | undefined): void {
  for (const { slug, count, print } of made) {
    const people = status?.here.get(slug);
    setText(count, people === undefined ? "" : people === 0 ? "nobody here" : `${people} here`);
    count.classList.toggle("none", people === 0);
    print.setPeople(people ?? 0);
  }
  for (const slug of cards) {
    const people = status?.here.get(slug);
    const count = find(`${slug}-count`, HTMLParagraphElement);
    setText(count, people === undefined ? "" : people === 0 ? "nobody here" : `${people} here`);
  }
  setText(census, status ? `${status.people} online` : "");
  setText(footer, status ? `hereabouts ${status.version}, ${uptimeText(status.uptimeSeconds)}` : "hereabouts");
}

const sample = sampleOf(location.origin);
showSample(find("sample", HTMLElement), sample);
keepReachable(find("listing", HTMLPreElement), "The sample");
copy.addEventListener("click", async () => {
  const copied = await navigator.clipboard?.writeText(sample).then(
    () => true,
    () => false,
  );
  setText(copy, copied ? "Copied" : "Select and copy");
  setTimeout(() => setText(copy, "Copy"), 2000);
});

const tint = () => applyPalette(paletteOf("field", currentScheme()));
tint();
onSchemeChange(tint);
initOpen();
watchRadio();
watchStatus([...pieces.map(({ slug }) => slug), ...cards], showStatus);
