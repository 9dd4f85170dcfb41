/**
 * The moderators' dialog: what to do to a line or to who said it, for how long and why. One for the whole page.
 */
import type { Chat, ChatLine } from "hereabouts/client";
import { announce } from "../shared/announcer.ts";
import { make } from "../shared/dom.ts";
import { noticeOf } from "../shared/notice.ts";
import { nameOf, secondsText, sentence } from "./wording.ts";

export type Target = {
  readonly chat: Chat;
  readonly person: { readonly id: string; readonly name: string; readonly handle: string };
  readonly line?: ChatLine;
};

type Deed = "delete" | "mute" | "shadow" | "ban" | "lift-mute" | "lift-shadow" | "lift-ban";

const deeds: readonly { deed: Deed; label: string; about: string }[] = [
  { deed: "delete", label: "Delete this line", about: "Its text is gone for everyone." },
  { deed: "mute", label: "Mute", about: "They cannot write, and are told so." },
  { deed: "shadow", label: "Shadow mute", about: "They write on, but only they see it." },
  { deed: "ban", label: "Ban", about: "They leave this chat and cannot come back." },
  { deed: "lift-mute", label: "Lift a mute", about: "" },
  { deed: "lift-shadow", label: "Lift a shadow mute", about: "" },
  { deed: "lift-ban", label: "Lift a ban", about: "" },
];
const durations = [600, 3600, 86_400, 604_800, 2_592_000];
const maxReason = 200;

class ModerateDialog {
  readonly #dialog = make("dialog", "moderate panel");
  readonly #title = make("h2");
  readonly #choices = make("fieldset", "deeds");
  readonly #howLong = make("label", "how-long", "For ");
  readonly #duration = make("select", "entry");
  readonly #reason = make("input", "entry");
  readonly #refusal = make("p", "refusal");
  readonly #apply = make("button", "button");
  #target: Target | undefined;

  constructor() {
    const form = make("form");
    this.#title.id = "moderate-title";
    this.#dialog.setAttribute("aria-labelledby", this.#title.id);
    this.#choices.append(make("legend", "visually-hidden", "What to do"));
    for (const seconds of durations) this.#duration.append(new Option(secondsText(seconds), String(seconds)));
    this.#duration.append(new Option("good", ""));
    this.#howLong.append(this.#duration);
    this.#reason.maxLength = maxReason;
    this.#reason.placeholder = "optional; kept in the log";
    const why = make("label", "why", "Reason");
    why.append(this.#reason);
    this.#refusal.setAttribute("role", "alert");
    const cancel = make("button", "button plain", "Cancel");
    cancel.type = "button";
    cancel.addEventListener("click", () => this.#dialog.close());
    this.#apply.type = "submit";
    const ends = make("p", "ends");
    ends.append(cancel, this.#apply);
    form.append(this.#title, this.#choices, this.#howLong, why, this.#refusal, ends);
    form.addEventListener("change", () => this.#fit());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#do();
    });
    this.#dialog.append(form);
    this.#dialog.addEventListener("click", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    document.body.append(this.#dialog);
  }

  open(target: Target): void {
    this.#target = target;
    this.#title.replaceChildren(make("bdi", "", nameOf(target.person)), make("span", "note", target.person.handle));
    this.#choices.replaceChildren(this.#choices.firstElementChild!);
    for (const each of deeds) if (each.deed !== "delete" || target.line) this.#choices.append(choiceOf(each));
    this.#choices.querySelector("input")!.checked = true;
    this.#duration.value = String(durations[1]);
    this.#reason.value = "";
    this.#refusal.hidden = true;
    this.#fit();
    this.#dialog.showModal();
  }

  get #deed(): Deed {
    return this.#choices.querySelector<HTMLInputElement>("input:checked")!.value as Deed;
  }

  #fit(): void {
    const deed = this.#deed;
    this.#howLong.hidden = deed !== "mute" && deed !== "shadow" && deed !== "ban";
    this.#apply.textContent = deeds.find((each) => each.deed === deed)!.label;
  }

  async #do(): Promise<void> {
    const { chat, person, line } = this.#target!;
    const deed = this.#deed;
    const reason = this.#reason.value.trim();
    const seconds = this.#duration.value;
    const options = { ...(seconds && { seconds: Number(seconds) }), ...(reason && { reason }) };
    this.#apply.disabled = true;
    try {
      if (deed === "delete") await chat.delete(line!.seq, reason || undefined);
      else if (deed === "mute" || deed === "shadow" || deed === "ban") await chat[deed](person.id, options);
      else await chat.lift(person.id, deed.slice("lift-".length) as "mute" | "shadow" | "ban", reason || undefined);
      this.#dialog.close();
      announce.note(`${this.#apply.textContent}: ${nameOf(person)}, done`);
    } catch (error) {
      const { message, remedy } = noticeOf(error);
      this.#refusal.textContent = `${sentence(message)} ${remedy}`;
      this.#refusal.hidden = false;
    } finally {
      this.#apply.disabled = false;
    }
  }
}

function choiceOf({ deed, label, about }: (typeof deeds)[number]): HTMLLabelElement {
  const choice = make("label");
  const input = make("input");
  input.type = "radio";
  input.name = "deed";
  input.value = deed;
  choice.append(input, make("span", "", label), make("span", "note", about));
  return choice;
}

let dialog: ModerateDialog | undefined;

export function moderate(target: Target): void {
  dialog ??= new ModerateDialog();
  dialog.open(target);
}
