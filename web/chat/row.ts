/**
 * One item of a log as an element: a line with its author, marks and what can be done with it, or what stands between
 * lines. Made once and brought up to date in place, so that focus and selection stay.
 */
import type { ChatLine } from "hereabouts/client";
import { make } from "../shared/dom.ts";
import { paint } from "./colors.ts";
import { icon, iconButton } from "./icons.ts";
import type { Item } from "./items.ts";
import type { Pending } from "./outgoing.ts";
import { setCurrent } from "./roving.ts";
import { authorNote, dayText, momentText, nameOf, timeText } from "./wording.ts";

type Author = Pick<ChatLine["author"], "id" | "handle" | "name" | "guest">;

export interface RowActions {
  heart(line: ChatLine): void;
  edit(line: ChatLine): void;
  remove(line: ChatLine): void;
  /** The moderators' menu. */
  moderate(line: ChatLine): void;
  /** A refused line goes back to where it was written. */
  rewrite(pending: Pending): void;
  discard(pending: Pending): void;
  /** Oneself, as the author of what is on its way. */
  me(): Author;
  /** How `person` is coloured in the world. */
  colorOf(person: string): string;
}

/** How long "delete" waits for being meant. */
const sureMs = 4000;

export function makeRow(item: Item, actions: RowActions): HTMLElement {
  switch (item.kind) {
    case "day": {
      const row = make("div", "day", dayText(item.day, new Date()));
      row.setAttribute("role", "separator");
      row.setAttribute("aria-label", row.textContent);
      return row;
    }
    case "new": {
      const row = make("div", "new", "new");
      row.setAttribute("role", "separator");
      row.setAttribute("aria-label", "New from here on");
      return row;
    }
    case "gone":
    case "line":
    case "pending": {
      const row = make("div");
      row.setAttribute("role", "article");
      fillRow(row, item, actions);
      return row;
    }
  }
}

/** Shows the item as it is now in the row that was made for it. */
export function fillRow(row: HTMLElement, item: Item, actions: RowActions): void {
  if (item.kind === "pending") fillPending(row, item, actions);
  else if (item.kind === "gone") fillGone(row, item, actions);
  else if (item.kind === "line") fillLine(row, item, actions);
}

function fillLine(row: HTMLElement, { line, isFirst }: Item & { kind: "line" }, actions: RowActions): void {
  const hadFocus = focusedAction(row);
  row.className = `line${isFirst ? " first" : ""}${line.isMine ? " mine" : ""}`;
  row.setAttribute("aria-label", labelOf(line));
  row.replaceChildren(...(isFirst ? [byline(line, actions)] : []), said(line, actions), acts(line, isFirst, actions));
  setCurrent(row, row.tabIndex === 0);
  if (hadFocus) row.querySelector<HTMLElement>(`[data-act="${hadFocus}"]`)?.focus();
}

function fillGone(row: HTMLElement, { line, count, isFirst }: Item & { kind: "gone" }, actions: RowActions): void {
  const hadFocus = focusedAction(row) !== undefined;
  row.className = `line gone${isFirst ? " first" : ""}`;
  const text = count === 1 ? "deleted" : `${count} lines deleted`;
  row.setAttribute("aria-label", `${nameOf(line.author)}: ${text}`);
  row.replaceChildren(...(isFirst ? [byline(line, actions)] : []), make("p", "said", text));
  setCurrent(row, row.tabIndex === 0);
  if (hadFocus) row.focus();
}

function fillPending(row: HTMLElement, { pending, isFirst }: Item & { kind: "pending" }, actions: RowActions): void {
  row.className = `line pending${isFirst ? " first" : ""}${pending.refusal ? " refused" : ""}`;
  row.setAttribute("aria-label", `${pending.text}, ${pending.refusal ? "not sent" : "on its way"}`);
  const text = make("p", "said");
  text.append(textOf(pending.text), make("span", "after", pending.refusal ? "not sent" : "…"));
  row.replaceChildren(...(isFirst ? [nameplate(actions.me(), actions)] : []), text);
  setCurrent(row, row.tabIndex === 0);
  if (!pending.refusal) return;
  const rewrite = actButton("Write it again", () => actions.rewrite(pending));
  const discard = actButton("Discard", () => actions.discard(pending));
  const choices = make("p", "choices-of-refused", pending.refusal);
  choices.append(rewrite, discard);
  row.append(choices);
  setCurrent(row, row.tabIndex === 0);
}

function actButton(label: string, run: () => void): HTMLButtonElement {
  const button = make("button", "link", label);
  button.type = "button";
  button.addEventListener("click", run);
  return button;
}

function byline({ author, at }: ChatLine, actions: RowActions): HTMLElement {
  const by = nameplate(author, actions);
  by.append(make("span", "note", authorNote(author)), timeOf(at));
  return by;
}

function nameplate(author: Author, actions: RowActions): HTMLElement {
  const by = make("p", "by");
  paint(by, author.id, actions.colorOf(author.id));
  const name = make("bdi", `author${author.guest ? " guest" : ""}`, nameOf(author));
  name.title = author.handle;
  by.append(make("span", "swatch"), name);
  return by;
}

function timeOf(at: Date): HTMLTimeElement {
  const time = make("time", "", timeText(at));
  time.dateTime = at.toISOString();
  time.title = momentText(at);
  return time;
}

/** The text and what became of it. */
function said(line: ChatLine, actions: RowActions): HTMLElement {
  const row = make("p", "said");
  row.append(textOf(line.text, line.font));
  if (line.count > 1) row.append(marked(`×${line.count}`, `said ${line.count} times`, "after count"));
  if (line.edited) row.append(make("span", "after", "edited"));
  if (line.hearts > 0) row.append(heartButton(line, actions, String(line.hearts)));
  return row;
}

function textOf(text: string, font?: string): HTMLElement {
  const element = make("span", "text", text);
  element.dir = "auto";
  if (font) element.style.fontFamily = `"${CSS.escape(font)}", inherit`;
  return element;
}

function marked(text: string, title: string, className: string): HTMLElement {
  const mark = make("span", className, text);
  mark.title = title;
  return mark;
}

function heartButton(line: ChatLine, actions: RowActions, count: string): HTMLButtonElement {
  const button = iconButton("heart", line.hearted ? "Take your heart back" : "Give a heart", "hearts");
  button.dataset["act"] = "heart";
  button.setAttribute("aria-pressed", String(line.hearted));
  button.setAttribute("aria-label", count ? `Heart, ${count} given` : "Heart");
  button.append(count);
  button.addEventListener("click", () => actions.heart(line));
  return button;
}

/** What can be done with a line; seen on hovering and while the focus is in the line. */
function acts(line: ChatLine, isFirst: boolean, actions: RowActions): HTMLElement {
  const strip = make("div", "acts");
  const add = (name: "edit" | "delete" | "more", label: string, run: (button: HTMLButtonElement) => void) => {
    const button = iconButton(name, label, `tool ${name}-act`);
    button.dataset["act"] = name;
    button.addEventListener("click", () => run(button));
    strip.append(button);
  };
  if (!isFirst) strip.append(timeOf(line.at));
  if (line.hearts === 0) strip.append(heartButton(line, actions, ""));
  if (line.isMine) {
    add("edit", "Edit", () => actions.edit(line));
    add("delete", "Delete", (button) => askTwice(button, () => actions.remove(line)));
  }
  add("more", `Moderate ${nameOf(line.author)}`, () => actions.moderate(line));
  return strip;
}

/** Deleting cannot be undone: the first press asks, the second one does it. */
function askTwice(button: HTMLButtonElement, run: () => void): void {
  if (button.classList.contains("sure")) {
    run();
    return;
  }
  button.classList.add("sure");
  button.replaceChildren("Delete?");
  button.setAttribute("aria-label", "Delete for good");
  setTimeout(() => {
    button.classList.remove("sure");
    button.replaceChildren(icon("delete"));
    button.setAttribute("aria-label", "Delete");
  }, sureMs);
}

function labelOf(line: ChatLine): string {
  const marks = [
    line.count > 1 && `${line.count} times`,
    line.edited && "edited",
    line.hearts > 0 && `${line.hearts} ${line.hearts === 1 ? "heart" : "hearts"}`,
  ];
  const note = authorNote(line.author);
  const who = `${nameOf(line.author)}${note ? ` (${note})` : ""}`;
  return [`${who} at ${timeText(line.at)}: ${line.text}`, ...marks].filter(Boolean).join(", ");
}

function focusedAction(row: HTMLElement): string | undefined {
  const { activeElement } = document;
  return activeElement instanceof HTMLElement && activeElement !== row && row.contains(activeElement)
    ? (activeElement.dataset["act"] ?? "")
    : undefined;
}
