/**
 * How one looks: colour, face and, for guests, a name. Kept in this browser; shown to everyone at once, except for the
 * name, which is verified when joining: the page is loaded again for it.
 */
import type { Person } from "hereabouts/client";
import { bodyRadius, colorOf, colors, drawBlob, faceOf, faces } from "./blob.ts";
import { find, make } from "./dom.ts";
import { hashOf } from "./seed.ts";
import { storedLook, storedName, storeLook, storeName } from "./storage.ts";

const icon = find("look-icon", HTMLCanvasElement);
const colorRow = find("colors", HTMLDivElement);
const faceRow = find("faces", HTMLDivElement);
const nameForm = find("name-form", HTMLFormElement);
const nameInput = find("name", HTMLInputElement);

export type LookActions = { change: (look: { color?: string; face?: string }) => void; rename: () => void };

export function initLook(actions: LookActions): void {
  const change = (look: { color?: string; face?: string }) => {
    storeLook({ ...storedLook(), ...look });
    actions.change(look);
  };
  for (const [name, value] of colors) {
    const swatch = make("span", "swatch");
    swatch.style.background = value;
    colorRow.append(choice("color", name, value, swatch, () => change({ color: value })));
  }
  for (const face of faces) {
    const preview = make("canvas");
    preview.width = preview.height = 88;
    preview.dataset["face"] = face;
    faceRow.append(choice("face", face, face, preview, () => change({ face })));
  }
  nameInput.value = storedName();
  nameForm.addEventListener("submit", (event) => {
    event.preventDefault();
    storeName(nameInput.value.trim());
    actions.rename();
  });
}

function choice(group: string, label: string, value: string, shown: HTMLElement, pick: () => void): HTMLLabelElement {
  const frame = make("label");
  const input = make("input");
  input.type = "radio";
  input.name = group;
  input.value = value;
  input.setAttribute("aria-label", label);
  input.addEventListener("change", pick);
  frame.title = label;
  frame.append(input, shown);
  return frame;
}

let shown = "";

/** Shows oneself as one is now. Cheap if nothing changed. */
export function showLook(me: Person): void {
  const seed = hashOf(me.id);
  const color = colorOf(me.avatar.color, seed);
  const face = faceOf(me.avatar.face, seed);
  const now = `${color} ${face} ${me.guest}`;
  if (now === shown) return;
  shown = now;
  nameForm.hidden = !me.guest;
  drawPreview(icon, color, face);
  for (const preview of faceRow.querySelectorAll("canvas")) drawPreview(preview, color, preview.dataset["face"]!);
  for (const input of document.querySelectorAll<HTMLInputElement>("#look input[type=radio]")) {
    input.checked = input.value === color || input.value === face;
  }
}

function drawPreview(canvas: HTMLCanvasElement, color: string, face: string): void {
  const pen = canvas.getContext("2d")!;
  const scale = canvas.width / (bodyRadius * 2.7);
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(scale, 0, 0, scale, canvas.width / 2, canvas.height * 0.9);
  drawBlob(pen, { color, face, x: 0, y: 0.1, asleep: false });
}
