/**
 * Who is online in a chat: those who are here first, everyone marked as what they are, and for moderators those who are
 * invisible. A list of up to 500 rows that are made once and brought up to date in place.
 */
import type { Chat, ChatPerson, InvisiblePerson } from "hereabouts/client";
import { make, setText } from "../shared/dom.ts";
import { paint } from "./colors.ts";
import { iconButton } from "./icons.ts";
import { rove, setCurrent } from "./roving.ts";
import { nameOf, personNote } from "./wording.ts";

export interface PeopleActions {
  moderate(person: ChatPerson): void;
  colorOf(person: string): string;
}

export class PeopleList {
  readonly element = make("ul", "people");
  readonly #actions: PeopleActions;
  readonly #rows = new Map<string, { person: ChatPerson; row: HTMLLIElement }>();
  readonly #here = make("li", "group");
  readonly #elsewhere = make("li", "group", "online elsewhere");
  readonly #invisible = make("li", "group", "invisible");
  readonly #more = make("li", "note");

  constructor(name: string, actions: PeopleActions) {
    this.#actions = actions;
    this.element.setAttribute("aria-label", `Who is online in ${name}`);
    this.element.tabIndex = 0;
    rove(this.element, ".person");
  }

  show({ people, counts, piece }: Pick<Chat, "people" | "counts" | "piece">, hidden: readonly ChatPerson[]): void {
    const invisible = hidden.filter(({ id }) => !people.has(id));
    for (const [id, { row }] of this.#rows) {
      if (people.has(id) || invisible.some((person) => person.id === id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    const [here, elsewhere] = [[] as ChatPerson[], [] as ChatPerson[]];
    for (const person of people.values()) (person.here ? here : elsewhere).push(person);
    setText(this.#here, `here, in ${piece}`);
    const rows = [
      ...(here.length > 0 ? [this.#here] : []),
      ...here.sort(byPlace).map((person) => this.#rowOf(person)),
      ...(elsewhere.length > 0 ? [this.#elsewhere] : []),
      ...elsewhere.sort(byPlace).map((person) => this.#rowOf(person)),
      ...(invisible.length > 0 ? [this.#invisible] : []),
      ...invisible.map((person) => this.#rowOf(person)),
    ];
    const unlisted = counts.online - people.size;
    setText(this.#more, `and ${unlisted} more`);
    if (unlisted > 0) rows.push(this.#more);
    this.#place(rows);
  }

  /** Brings the rows into this order and takes others out, moving none that stands right. */
  #place(rows: readonly HTMLElement[]): void {
    let next = this.element.firstElementChild;
    for (const row of rows) {
      if (row === next) next = next.nextElementSibling;
      else this.element.insertBefore(row, next);
    }
    while (next) {
      const after: Element | null = next.nextElementSibling;
      next.remove();
      next = after;
    }
  }

  #rowOf(person: ChatPerson): HTMLLIElement {
    const known = this.#rows.get(person.id);
    if (known?.person === person) return known.row;
    const row = known?.row ?? this.#makeRow(person.id);
    this.#rows.set(person.id, { person, row });
    fillRow(row, person, this.#actions.colorOf(person.id));
    return row;
  }

  #makeRow(id: string): HTMLLIElement {
    const row = make("li");
    const who = make("span", "who");
    who.append(make("bdi", "name"), make("span", "note"));
    const more = iconButton("more", "Moderate", "tool more-act");
    more.ariaHasPopup = "dialog";
    more.addEventListener("click", () => this.#actions.moderate(this.#rows.get(id)!.person));
    row.append(make("span", "swatch"), who, make("a", "where"), more);
    return row;
  }
}

/** What is shown of someone of whom no more is told. */
export function personOf(invisible: InvisiblePerson, myId: string): ChatPerson {
  const known = { ...invisible, isMe: invisible.id === myId, connections: 1, since: new Date() };
  return { ...known, away: false, here: false, where: undefined, attention: "visible" };
}

function fillRow(row: HTMLLIElement, person: ChatPerson, color: string): void {
  const [, who, where, more] = row.children as unknown as [Element, HTMLElement, HTMLAnchorElement, HTMLElement];
  const classes = [
    "person",
    person.isMe && "me",
    person.guest && "guest",
    person.away && "away",
    person.here ? "here" : "elsewhere",
  ];
  row.className = [...classes, person.attention === "hidden" && "hidden-tab"].filter(Boolean).join(" ");
  paint(row, person.id, color);
  setText(who.children[0]!, nameOf(person));
  setText(who.children[1]!, personNote(person));
  who.title = [`${nameOf(person)} (${person.handle})`, person.connections > 1 && `in ${person.connections} tabs`]
    .filter(Boolean)
    .join(", ");
  const { where: place } = person;
  setText(where, place && !person.here ? place : "");
  where.hidden = where.textContent === "";
  if (place) where.href = `/${place}`;
  more.setAttribute("aria-label", `Moderate ${nameOf(person)}`);
  more.hidden = person.isMe;
  setCurrent(row, row.tabIndex === 0);
}

const { compare } = new Intl.Collator();

/** Oneself first, those who are away last, the others by name. */
function byPlace(a: ChatPerson, b: ChatPerson): number {
  const rank = ({ isMe, away }: ChatPerson) => (isMe ? 0 : away ? 2 : 1);
  return rank(a) - rank(b) || compare(nameOf(a), nameOf(b));
}
