/** The dialog in which an operator says what is to be done to someone, where, for how long, and why. */
import type { Order, OrderAnswer } from "../../schema/operations.ts";
import { find, make } from "../shared/dom.ts";
import { ask } from "./ask.ts";
import { time } from "./table.ts";

export type Ordered = Pick<Order, "action" | "person"> & { called: string; rooms: readonly string[] };

const means: Record<Order["action"], string> = {
  kick: "Ends their seats. They may come back.",
  mute: "They may stay and may say nothing, until it ends or is lifted.",
  ban: "Ends their seats and keeps them out, until it ends or is lifted.",
  move: "Sends each of their tabs that is in a world to another world.",
  unmute: "They may speak again.",
  unban: "They may come back.",
};

const dialog = () => find("order", HTMLDialogElement);
const field = (name: string) => find(`order-${name}`, HTMLInputElement);

/** What was ordered and done; undefined where the operator thought better of it. */
export type Done = { answer: OrderAnswer; room: string } | undefined;

export function askOrder({ action, person, called, rooms }: Ordered): Promise<Done> {
  const isTimed = action === "mute" || action === "ban";
  const verb = action[0]!.toUpperCase() + action.slice(1);
  find("order-title", HTMLHeadingElement).textContent = `${verb} ${called}?`;
  find("order-means", HTMLParagraphElement).textContent = means[action];
  const button = find("order-do", HTMLButtonElement);
  button.textContent = verb;
  const room = find("order-room", HTMLSelectElement);
  const offered = action === "move" ? rooms.filter((key) => key.startsWith("world:")) : rooms;
  room.replaceChildren(...["all", ...offered].map((key) => new Option(key === "all" ? "Everywhere" : key, key)));
  find("order-for-label", HTMLLabelElement).hidden = !isTimed;
  find("order-to-label", HTMLLabelElement).hidden = action !== "move";
  field("to").required = action === "move";
  for (const name of ["reason", "to"]) field(name).value = "";
  const failure = find("order-error", HTMLParagraphElement);
  failure.hidden = true;
  dialog().showModal();
  field(action === "move" ? "to" : "reason").focus();

  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    const end = (done?: Done) => {
      listening.abort();
      dialog().close();
      resolve(done);
    };
    find("order-cancel", HTMLButtonElement).addEventListener("click", () => end(), { signal });
    dialog().addEventListener("cancel", () => end(), { signal });
    const submit = async (event: Event) => {
      event.preventDefault();
      button.disabled = true;
      const seconds = Number(find("order-for", HTMLSelectElement).value);
      try {
        const body = {
          room: room.value,
          reason: field("reason").value,
          ...(isTimed && seconds ? { seconds } : {}),
          ...(action === "move" ? { to: field("to").value } : {}),
        };
        const answer = await ask<OrderAnswer>(`/ops/people/${encodeURIComponent(person)}/${action}`, body);
        end({ answer, room: body.room });
      } catch (error) {
        failure.textContent = (error as Error).message;
        failure.hidden = false;
      } finally {
        button.disabled = false;
      }
    };
    find("order-form", HTMLFormElement).addEventListener("submit", (event) => void submit(event), { signal });
  });
}

const done: Record<Order["action"], string> = {
  kick: "Kicked",
  mute: "Muted",
  ban: "Banned",
  move: "Moved",
  unmute: "Unmuted",
  unban: "Unbanned",
};

const lengthOf = ({ until, reason }: NonNullable<OrderAnswer["replaced"]>) =>
  `${until === null ? "for good" : `until ${time(until)}`}${reason && ` (${reason})`}`;

export function wordsOf({ action, rooms, replaced }: OrderAnswer, called: string): string {
  const seats = rooms.reduce((sum, room) => sum + room.seats, 0);
  const where = rooms.map(({ room }) => room).join(", ");
  const concerned = seats > 0 ? ` ${seats === 1 ? "A seat" : `${seats} seats`} in ${where}.` : "";
  return `${done[action]} ${called}.${concerned}${replaced ? ` It replaces one ${lengthOf(replaced)}.` : ""}`;
}

export function orderButton(label: string, run: () => void): HTMLButtonElement {
  const button = make("button", "button quiet", label);
  button.type = "button";
  button.ariaHasPopup = "dialog";
  button.addEventListener("click", run);
  return button;
}
