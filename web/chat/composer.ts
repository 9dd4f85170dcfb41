/**
 * Where one writes: enter sends, the up arrow in an empty field edits one's last line, escape gives up. What was refused is
 * told here, with its reason, and the text stays.
 */
import type { ChatLine } from "hereabouts/client";
import { make, setText } from "../shared/dom.ts";
import { noticeOf, waitOf } from "../shared/notice.ts";
import { leftOf, problemOf, sentText } from "./draft.ts";
import { iconButton } from "./icons.ts";
import { sentence } from "./wording.ts";

export interface ComposerActions {
  /** Says a text. What becomes of it is told by `refuse` or not at all. */
  say(text: string): void;
  edit(line: ChatLine, text: string): Promise<void>;
  typing(): void;
  /** The line that the up arrow edits. */
  lastOwn(): ChatLine | undefined;
  /** Escape in a field with nothing to give up. */
  done(): void;
}

export class Composer {
  readonly element = make("form", "composer");
  readonly #field = make("textarea", "field");
  readonly #left = make("output", "left");
  readonly #note = make("p", "refusal");
  readonly #reason = make("span");
  /** Counts down beside the reason: not told again at each second. */
  readonly #wait = make("span", "remedy");
  readonly #banner = make("p", "editing");
  readonly #actions: ComposerActions;
  #editing: { line: ChatLine; draft: string } | undefined;
  #noteTimer: ReturnType<typeof setInterval> | undefined;

  constructor(name: string, actions: ComposerActions) {
    this.#actions = actions;
    this.#field.rows = 1;
    this.#field.enterKeyHint = "send";
    this.#field.setAttribute("aria-label", `Write to ${name}, at most 512 characters`);
    this.#field.placeholder = `Write to ${name}`;
    this.#field.autocomplete = "off";
    this.#left.hidden = this.#note.hidden = this.#banner.hidden = true;
    this.#reason.setAttribute("role", "alert");
    this.#note.append(this.#reason, this.#wait);
    const cancel = make("button", "link", "Cancel");
    cancel.type = "button";
    cancel.addEventListener("click", () => this.#endEdit());
    this.#banner.append("Editing your line ", cancel);
    const send = iconButton("send", "Send");
    send.type = "submit";
    this.element.append(this.#note, this.#banner, this.#field, this.#left, send);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("input", () => this.#onInput());
    this.#field.addEventListener("keydown", (event) => this.#onKey(event));
  }

  focus(): void {
    this.#field.focus();
  }

  /** Whether what is written waits for the connection. */
  setWaiting(isWaiting: boolean): void {
    this.element.classList.toggle("waiting", isWaiting);
  }

  startEdit(line: ChatLine): void {
    this.#clearNote();
    this.#editing = { line, draft: this.#editing?.draft ?? this.#field.value };
    this.#banner.hidden = false;
    this.#set(line.text);
    this.focus();
    this.#field.setSelectionRange(line.text.length, line.text.length);
  }

  /** Tells why something was not taken. Returns whether its text found its place in the field again. */
  refuse(error: unknown, text: string): boolean {
    this.#tell(error);
    if (this.#field.value !== "" || this.#editing) return false;
    this.#set(text);
    return true;
  }

  /** Puts a text into the field, to be written again. */
  put(text: string): void {
    this.#set(text);
    this.focus();
  }

  #onInput(): void {
    this.#showLeft();
    this.#grow();
    if (this.#noteTimer === undefined) this.#clearNote();
    if (this.#field.value.trim() !== "" && !this.#editing) this.#actions.typing();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "ArrowUp" && this.#field.value === "" && !this.#editing) {
      const line = this.#actions.lastOwn();
      if (!line) return;
      event.preventDefault();
      this.startEdit(line);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (this.#editing) this.#endEdit();
      else this.#actions.done();
    }
  }

  #send(): void {
    const problem = problemOf(this.#field.value);
    if (problem) {
      this.#show(problem);
      return;
    }
    const text = sentText(this.#field.value);
    this.#clearNote();
    if (this.#editing) void this.#sendEdit(this.#editing.line, text);
    else {
      this.#set("");
      this.#actions.say(text);
    }
  }

  async #sendEdit(line: ChatLine, text: string): Promise<void> {
    try {
      if (text !== line.text) await this.#actions.edit(line, text);
      if (this.#editing?.line === line) this.#endEdit();
    } catch (error) {
      this.#tell(error);
    }
  }

  #endEdit(): void {
    const draft = this.#editing?.draft ?? "";
    this.#editing = undefined;
    this.#banner.hidden = true;
    this.#clearNote();
    this.#set(draft);
    this.focus();
  }

  #set(text: string): void {
    this.#field.value = text;
    this.#showLeft();
    this.#grow();
  }

  #showLeft(): void {
    const left = leftOf(this.#field.value);
    this.#left.hidden = left === undefined;
    setText(this.#left, String(left ?? ""));
    this.#left.classList.toggle("over", (left ?? 0) < 0);
  }

  /** As high as its text, up to what the style sheet allows. */
  #grow(): void {
    this.#field.style.height = "auto";
    if (this.#field.scrollHeight > 0) this.#field.style.height = `${this.#field.scrollHeight}px`;
  }

  /** Counts down where waiting helps, and goes when it is over. */
  #tell(error: unknown): void {
    const { message, remedy } = noticeOf(error);
    const waitMs = waitOf(error);
    const reason = sentence(message);
    this.#show(waitMs === undefined ? `${reason} ${remedy}` : reason);
    if (waitMs === undefined) return;
    const end = performance.now() + waitMs;
    const count = () => {
      const seconds = Math.ceil((end - performance.now()) / 1000);
      if (seconds <= 0) this.#clearNote();
      else setText(this.#wait, ` Go on in ${seconds === 1 ? "a second" : `${seconds} seconds`}.`);
    };
    this.#noteTimer = setInterval(count, 500);
    count();
  }

  #show(reason: string): void {
    this.#clearNote();
    this.#note.hidden = false;
    this.#reason.textContent = reason;
  }

  #clearNote(): void {
    clearInterval(this.#noteTimer);
    this.#noteTimer = undefined;
    this.#note.hidden = true;
    this.#reason.textContent = this.#wait.textContent = "";
  }
}
