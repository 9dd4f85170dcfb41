/** Small pieces of a page that are made once and then kept up to date without being made anew: what is selected stays so. */
import type { Row } from "./words.ts";

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<Omit<HTMLElementTagNameMap[K], "style">> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

/** A table of text. `heads`: of its columns; where there are none, the first cell of each row heads it. */
export class Table {
  readonly element: HTMLTableElement;
  readonly #body = element("tbody");
  readonly #hasHeads: boolean;

  constructor(caption: string, heads: readonly string[] = [], className = "") {
    this.#hasHeads = heads.length > 0;
    this.element = element("table", { className }, element("caption", {}, caption));
    if (this.#hasHeads) {
      const cells = heads.map((head) => element("th", { scope: "col" }, head));
      this.element.append(element("thead", {}, element("tr", {}, ...cells)));
    }
    this.element.append(this.#body);
  }

  show(rows: readonly Row[]): void {
    while (this.#body.rows.length > rows.length) this.#body.deleteRow(-1);
    for (const [i, row] of rows.entries()) {
      const shown = this.#body.rows[i] ?? this.#body.insertRow();
      while (shown.cells.length > row.length) shown.deleteCell(-1);
      for (const [column, text] of row.entries()) setText(shown.cells[column] ?? this.#addCell(shown, column), text);
    }
  }

  #addCell(row: HTMLTableRowElement, column: number): HTMLTableCellElement {
    const isHead = column === 0 && !this.#hasHeads;
    const cell = isHead ? element("th", { scope: "row" }) : element("td");
    row.append(cell);
    return cell;
  }
}
