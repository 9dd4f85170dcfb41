/**
 * How people are coloured in the chat: as they look in the world, if they were seen there; else as they would look there
 * before choosing.
 */
import type { Person } from "hereabouts/client";
import { colorOf } from "../shared/blob.ts";
import { hashOf } from "../shared/seed.ts";
import { storeColors, storedColors } from "./memory.ts";

export class Colors {
  readonly #known = new Map(storedColors());

  /** Takes note of how those in a world look. Returns whether anyone looks other than before. */
  note(people: Iterable<Pick<Person, "id" | "avatar">>): boolean {
    let isNews = false;
    for (const { id, avatar } of people) {
      const color = colorOf(avatar.color, hashOf(id));
      if (this.of(id) === color) continue;
      this.#known.delete(id);
      this.#known.set(id, color);
      isNews = true;
    }
    if (isNews) storeColors(this.#known);
    return isNews;
  }

  of(person: string): string {
    return this.#known.get(person) ?? colorOf("", hashOf(person));
  }
}

/** Marks an element as someone's, in their colour. */
export function paint(element: HTMLElement, person: string, color: string): void {
  element.dataset["who"] = person;
  element.style.setProperty("--who", color);
}

/** Brings everything within `root` that is someone's into their colour of now. */
export function repaint(root: ParentNode, colors: Colors): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-who]")) {
    paint(element, element.dataset["who"]!, colors.of(element.dataset["who"]!));
  }
}
