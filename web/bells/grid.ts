/** The notes as buttons, one of which takes the tab key; arrow keys go on from there. Knows no network. */
import { beats, type Note, tones } from "../../schema/bells.ts";
import { make } from "../shared/dom.ts";

export interface Owner {
  name: string;
  color: string;
  isMe: boolean;
}

const ways: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

export class Grid {
  readonly #buttons: HTMLButtonElement[] = [];

  constructor(element: HTMLElement, toggle: (cell: number) => void) {
    tones.forEach(([tone], row) => {
      element.append(make("span", "", tone));
      for (let beat = 0; beat < beats; beat++) {
        const button = make("button", "note");
        const cell = row * beats + beat;
        button.type = "button";
        button.tabIndex = cell === 0 ? 0 : -1;
        button.addEventListener("click", () => toggle(cell));
        button.addEventListener("keydown", (event) => this.#onKey(event, row, beat));
        this.#buttons.push(button);
        element.append(button);
      }
    });
    this.show([], () => undefined);
  }

  show(notes: readonly Note[], ownerOf: (id: string) => Owner | undefined): void {
    const byCell = new Map(notes.map(({ cell, by }) => [cell, by]));
    this.#buttons.forEach((button, cell) => {
      const by = byCell.get(cell);
      const owner = by === undefined ? undefined : ownerOf(by);
      const [tone] = tones[Math.floor(cell / beats)]!;
      const whose = by === undefined ? "" : owner?.isMe ? ", yours" : `, of ${owner?.name ?? "someone who left"}`;
      button.setAttribute("aria-label", `${tone}, beat ${(cell % beats) + 1}${whose}`);
      button.setAttribute("aria-pressed", String(by !== undefined));
      button.classList.toggle("mine", owner?.isMe ?? false);
      button.style.setProperty("--by", owner?.color ?? "");
    });
  }

  /** Shows which beat it is. */
  mark(beat: number): void {
    this.#buttons.forEach((button, cell) => {
      button.classList.toggle("now", cell % beats === beat);
    });
  }

  #onKey(event: KeyboardEvent, row: number, beat: number): void {
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    const toRow = (row + way[0] + tones.length) % tones.length;
    const toBeat = (beat + way[1] + beats) % beats;
    for (const button of this.#buttons) button.tabIndex = -1;
    const next = this.#buttons[toRow * beats + toBeat]!;
    next.tabIndex = 0;
    next.focus();
  }
}
