/**
 * A row of tabs: arrows go from one to the next, Delete or the cross closes one that may be closed. Knows nothing of chats.
 */
import { make, setText } from "../shared/dom.ts";
import { iconButton } from "./icons.ts";

export interface TabActions {
  select(name: string): void;
  close(name: string): void;
}

export type TabState = { readonly isSelected: boolean; readonly badge: string };

type Tab = {
  readonly frame: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly badge: HTMLElement;
  readonly canClose: boolean;
};

export class Tabs {
  readonly #list: HTMLElement;
  readonly #actions: TabActions;
  readonly #tabs = new Map<string, Tab>();

  constructor(list: HTMLElement, actions: TabActions) {
    this.#list = list;
    this.#actions = actions;
    list.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** `panel` is what the tab shows. */
  add(name: string, panel: HTMLElement, canClose: boolean): void {
    const frame = make("div", "tab");
    frame.setAttribute("role", "presentation");
    const button = make("button");
    button.type = "button";
    button.id = `tab-${name}`;
    panel.id = `panel-${name}`;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", button.id);
    const badge = make("span", "badge");
    button.append(make("span", "label", name), badge);
    button.addEventListener("click", () => this.#actions.select(name));
    frame.append(button);
    if (canClose) frame.append(this.#cross(name, button));
    this.#list.append(frame);
    this.#tabs.set(name, { frame, button, badge, canClose });
  }

  remove(name: string): void {
    this.#tabs.get(name)?.frame.remove();
    this.#tabs.delete(name);
  }

  show(name: string, { isSelected, badge }: TabState): void {
    const tab = this.#tabs.get(name);
    if (!tab) return;
    const wasSelected = tab.button.getAttribute("aria-selected") === "true";
    tab.frame.classList.toggle("selected", isSelected);
    tab.button.setAttribute("aria-selected", String(isSelected));
    tab.button.tabIndex = isSelected ? 0 : -1;
    setText(tab.badge, badge);
    tab.badge.hidden = badge === "";
    tab.button.setAttribute("aria-label", badge ? `${name}, ${badge} unread` : name);
    if (isSelected && !wasSelected) tab.frame.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  hasFocus(name: string): boolean {
    return this.#tabs.get(name)?.button === document.activeElement;
  }

  focus(name: string): void {
    this.#tabs.get(name)?.button.focus();
  }

  /** For the pointer only: with the keyboard it is the Delete key, or the button within the panel. */
  #cross(name: string, button: HTMLButtonElement): HTMLButtonElement {
    const cross = iconButton("close", `Leave ${name}`, "cross");
    cross.tabIndex = -1;
    cross.setAttribute("aria-hidden", "true");
    cross.addEventListener("click", () => this.#actions.close(name));
    button.setAttribute("aria-keyshortcuts", "Delete");
    return cross;
  }

  #onKey(event: KeyboardEvent): void {
    const names = [...this.#tabs.keys()];
    const at = names.findIndex((name) => this.#tabs.get(name)!.button === event.target);
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const { length } = names;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: length - 1 }[event.key];
    if (to !== undefined) {
      const name = names[(to + length) % length]!;
      this.#actions.select(name);
      this.focus(name);
    } else if (event.key === "Delete" && this.#tabs.get(names[at]!)!.canClose) {
      this.#actions.close(names[at]!);
    } else return;
    event.preventDefault();
  }
}
