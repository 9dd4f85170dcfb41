/** Tables that are brought up to date in place: what has the focus keeps it. */
import { make, setText } from "../shared/dom.ts";
import { keepReachable } from "../shared/scrollable.ts";

/** A text, or a text that leads somewhere. */
export type Cell = string | { text: string; href: string; isNew?: boolean } | { label: string; run: () => void };
export type Row = { key: string; cells: readonly Cell[] };

/** Columns whose heads are of class `number` align as they do; `wide` ones wrap. */
export function showRows(body: HTMLTableSectionElement, rows: readonly Row[], wide: readonly number[] = []): void {
  const scroll = body.closest<HTMLElement>(".scroll");
  if (scroll) keepReachable(scroll, "Table");
  const heads = [...(body.closest("table")?.querySelectorAll("th") ?? [])];
  const known = new Map([...body.rows].map((row) => [row.dataset["key"], row]));
  for (const [i, { key, cells }] of rows.entries()) {
    const row = known.get(key) ?? make("tr");
    known.delete(key);
    row.dataset["key"] = key;
    if (body.rows[i] !== row) body.insertBefore(row, body.rows[i] ?? null);
    for (const [column, cell] of cells.entries()) {
      const td = row.cells[column] ?? row.appendChild(make("td", heads[column]?.className ?? ""));
      if (wide.includes(column)) td.className = "wide";
      showCell(td, cell);
    }
  }
  for (const row of known.values()) row.remove();
}

/** Pairs of a name and a value. */
export function showFacts(list: HTMLDListElement, facts: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(facts)) {
    let item = list.querySelector<HTMLDivElement>(`[data-name="${name}"]`);
    if (!item) {
      item = make("div");
      item.dataset["name"] = name;
      item.append(make("dt", "", name), make("dd"));
      list.append(item);
    }
    setText(item.querySelector("dd")!, value);
  }
}

function showCell(td: HTMLTableCellElement, cell: Cell): void {
  if (typeof cell === "string") setText(td, cell);
  else if ("href" in cell) {
    const link = td.querySelector("a") ?? td.appendChild(make("a"));
    setText(link, cell.text);
    link.href = cell.href;
    if (cell.isNew) Object.assign(link, { target: "_blank", rel: "noopener" });
  } else if (!td.firstElementChild) {
    const button = td.appendChild(make("button", "button quiet", cell.label));
    button.type = "button";
    button.addEventListener("click", cell.run);
  }
}

export function ago(at: number, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** Local, to the second; nothing for 0. */
export function time(at: number | null): string {
  return at ? new Date(at).toLocaleString("sv") : "";
}

export function bytes(count: number): string {
  if (count < 1000) return `${Math.round(count)} B`;
  return count < 1e6 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}
