/** Who was there at the moment that is shown; choosing someone follows them, choosing them again follows nobody. */
import type { Person } from "hereabouts/client";
import { colorOf } from "../shared/blob.ts";
import { find, make, setText } from "../shared/dom.ts";
import { hashOf } from "../shared/seed.ts";

const details = find("roster", HTMLDetailsElement);
const count = find("count", HTMLSpanElement);
const list = find("people", HTMLUListElement);

export function initPeople(follow: (id: string) => void): void {
  list.addEventListener("click", (event) => {
    const { id } = (event.target as Element).closest<HTMLElement>("button")?.dataset ?? {};
    if (id) follow(id);
  });
}

export function showPeople(people: ReadonlyMap<string, Person>): void {
  const here = [...people.values()].filter(({ status }) => status !== "ghost").length;
  setText(count, `${here} here`);
  if (!details.open) return;
  const sorted = [...people.values()].sort((a, b) => nameOf(a).localeCompare(nameOf(b)) || (a.id < b.id ? -1 : 1));
  while (list.children.length > sorted.length) list.lastElementChild!.remove();
  while (list.children.length < sorted.length) list.append(makeRow());
  sorted.forEach((person, i) => {
    fillRow(list.children[i]!.firstElementChild as HTMLButtonElement, person);
  });
}

const nameOf = ({ name, handle }: Person) => name || handle;

function makeRow(): HTMLLIElement {
  const row = make("li");
  const button = make("button");
  button.type = "button";
  button.append(make("span", "swatch"), make("span", "name"), make("span", "note"));
  row.append(button);
  return row;
}

function fillRow(button: HTMLButtonElement, person: Person): void {
  const [swatch, name, note] = [...button.children] as HTMLSpanElement[];
  button.dataset["id"] = person.id;
  button.setAttribute("aria-pressed", String(person.isMe));
  button.classList.toggle("absent", person.status !== "here");
  swatch!.style.background = colorOf(person.avatar.color, hashOf(person.id));
  setText(name!, nameOf(person));
  setText(note!, person.isMe ? "followed" : person.status === "here" ? "" : person.status);
  name!.title = `${person.name} (${person.handle}), ${person.id}`;
}
