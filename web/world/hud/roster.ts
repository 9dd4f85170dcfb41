/**
 * Who is here: a list that can be folded away, with everyone's square of the grid. Refreshed by the clock, not by events,
 * so that a busy world costs no more than a quiet one.
 */
import type { Person, World } from "hereabouts/client";
import { colorOf } from "../../shared/blob.ts";
import { find, make, setText } from "../../shared/dom.ts";
import { hashOf } from "../../shared/seed.ts";
import { gridReference } from "../../shared/terrain.ts";

const maxRows = 60;
const wideFrom = 760;
const tallFrom = 481;
const overlay = document.querySelector<HTMLElement>(".overlay")!;
const roster = find("roster", HTMLDetailsElement);
const list = find("people", HTMLUListElement);
const count = find("count", HTMLSpanElement);

/** Folds itself where there is no room beside the world's middle, and opens again where there is. */
let isRoomy: boolean | undefined;
new ResizeObserver(() => {
  const isRoomyNow = overlay.clientWidth >= wideFrom && overlay.clientHeight >= tallFrom;
  if (isRoomyNow !== isRoomy) roster.open = isRoomy = isRoomyNow;
}).observe(overlay);

const rank = ({ isMe, status }: Person) => (isMe ? 0 : status === "here" ? 1 : status === "away" ? 2 : 3);

let follow = (_person: Person): void => {};

/** `follow` is called with the person whose button is pressed, to begin or to stop. */
export function initRoster(actions: { follow: (person: Person) => void }): void {
  ({ follow } = actions);
}

/** `followed`: id of the person whom one goes along with. */
export function showRoster(world: World, followed: string | undefined): void {
  setText(count, `${world.counts.people} here`);
  if (!roster.open) return;
  const people = [...world.people.values()].sort(
    (a, b) => rank(a) - rank(b) || (a.name || a.handle).localeCompare(b.name || b.handle),
  );
  const shown = people.slice(0, maxRows);
  while (list.children.length > shown.length) list.lastElementChild!.remove();
  shown.forEach((person, i) => {
    let row = list.children[i];
    if (!(row instanceof HTMLLIElement)) {
      row = makeRow();
      list.append(row);
    }
    fillRow(row as HTMLLIElement, person, followed === person.id);
  });
  if (people.length > shown.length) list.append(make("li", "note", `and ${people.length - shown.length} more`));
}

const shownIn = new WeakMap<Element, Person>();

function makeRow(): HTMLLIElement {
  const row = make("li");
  const name = make("span", "name");
  name.append(make("bdi", "called"), make("span", "note"));
  const button = make("button", "follow");
  button.type = "button";
  button.addEventListener("click", () => follow(shownIn.get(row)!));
  row.append(make("span", "swatch"), name, make("span", "square"), button);
  return row;
}

function fillRow(row: HTMLLIElement, person: Person, isFollowed: boolean): void {
  const [swatch, name, square, button] = [...row.children] as HTMLElement[];
  shownIn.set(row, person);
  const classes = [person.isMe && "me", person.guest && "guest", person.status !== "here" && "absent"];
  const className = classes.filter(Boolean).join(" ");
  if (row.className !== className) row.className = className;
  const color = colorOf(person.avatar.color, hashOf(person.id));
  if (swatch!.dataset["color"] !== color) {
    swatch!.dataset["color"] = color;
    swatch!.style.background = color;
  }
  setText(name!.children[0]!, person.name || person.handle);
  setText(name!.children[1]!, noteOf(person));
  setText(square!, person.placed && person.status === "here" ? gridReference(person.x, person.y) : "");
  name!.title = `${person.name} (${person.handle})`;
  button!.hidden = person.isMe;
  setText(button!, isFollowed ? "Stop" : "Follow");
  const label = `${isFollowed ? "Stop following" : "Follow"} ${person.name || person.handle}`;
  if (button!.title === label) return;
  button!.title = label;
  button!.setAttribute("aria-label", label);
}

function noteOf(person: Person): string {
  if (person.status === "ghost") return person.to ? ` → ${person.to}` : " went elsewhere";
  if (person.status === "away") return " away";
  if (person.isMe) return " you";
  const kind = person.kind === "human" ? "" : ` ${person.kind}`;
  return `${kind}${person.guest ? " guest" : ""}${person.attention === "hidden" ? " dozing" : ""}`;
}
