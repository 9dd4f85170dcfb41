/**
 * Emotes: short texts that any piece can show, with a drawing for those known here. They float up over whoever sent them.
 */
import type { Figure } from "./figure.ts";
import type { Sprite } from "./sprites.ts";
import type { Stage } from "./stage.ts";

/** `path` is drawn on a square of 24. */
export const emotes = [
  {
    text: "♥",
    label: "Heart",
    path: "M12 20.6C5.3 15.7 2.8 12.3 2.8 8.9 2.8 6 5 3.9 7.6 3.9c1.9 0 3.5 1.1 4.4 2.8.9-1.7 2.5-2.8 4.4-2.8 2.6 0 4.8 2.1 4.8 5 0 3.4-2.5 6.8-9.2 11.7z",
  },
  {
    text: "♪",
    label: "Note",
    path: "M8.2 6.2 19.6 3.4v12.4a3.3 2.7 0 1 1-2.2-2.4V8.1l-7 1.7v8.4a3.3 2.7 0 1 1-2.2-2.4z",
  },
  {
    text: "★",
    label: "Star",
    path: "m12 2.4 2.9 6.2 6.8.8-5 4.6 1.3 6.7-6-3.3-6 3.3 1.3-6.7-5-4.6 6.8-.8z",
  },
  {
    text: "!",
    label: "Exclamation mark",
    path: "M9.6 2.8h4.8l-.9 11.4h-3zM12 16.4a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  },
  {
    text: "?",
    label: "Question mark",
    path: "M6.4 8.6c0-3.5 2.4-5.8 5.8-5.8 3.3 0 5.6 2 5.6 5 0 2.2-1 3.6-2.7 4.8-1.2.8-1.6 1.4-1.6 2.6h-3c0-2.4.7-3.6 2.4-4.7 1.2-.8 1.7-1.5 1.7-2.5 0-1.3-.9-2.2-2.3-2.2-1.5 0-2.5 1-2.5 2.8zM12 16.9a2.3 2.3 0 1 1 0 4.6 2.3 2.3 0 0 1 0-4.6z",
  },
  {
    text: "zz",
    label: "Sleepy",
    path: "M3.6 5.2h8.8v2.4l-5 5.6h5.2v2.6H3.2v-2.4l5-5.6H3.6zM14.2 11.4h6.4v2l-3.4 4.2h3.6v2.2h-7v-2l3.4-4.2h-3z",
  },
] as const;

const floatSeconds = 1.9;
const riseUnits = 46;
/** More than these at once from one person would be a smear. */
const maxPerPerson = 5;

type Float = { readonly figure: Figure; readonly emote: string; readonly born: number; readonly sway: number };

export class Emotes {
  readonly stage: Stage;
  #floats: Float[] = [];

  constructor(stage: Stage) {
    this.stage = stage;
  }

  add(figure: Figure, emote: string): void {
    const own = this.#floats.filter((float) => float.figure === figure);
    if (own.length >= maxPerPerson) this.#floats.splice(this.#floats.indexOf(own[0]!), 1);
    this.#floats.push({ figure, emote, born: this.stage.time, sway: Math.random() * 6 });
  }

  /** Another moment is shown: what floated belongs to the one before. */
  clear(): void {
    this.#floats = [];
  }

  draw(): void {
    const { stage } = this;
    this.#floats = this.#floats.filter((float) => stage.time - float.born < floatSeconds);
    for (const { figure, emote, born, sway } of this.#floats) {
      const t = (stage.time - born) / floatSeconds;
      const rise = stage.still ? 0.4 : 1 - (1 - t) ** 2.4;
      const aside = stage.still ? 0 : Math.sin(sway + t * 5) * 5;
      const size = stage.still ? 1 : Math.min(1, 0.4 + t * 6);
      const alpha = t < 0.65 ? 1 : (1 - t) / 0.35;
      stage.show(emoteSprite(stage, emote), figure.x + aside, figure.y - 44 - rise * riseUnits, alpha, size);
    }
  }
}

function emoteSprite(stage: Stage, emote: string): Sprite {
  const reach = { left: 40, right: 40, above: 15, below: 15 };
  const { marker, ink, paper } = stage.palette;
  return stage.sprites.get(`emote ${emote}`, stage.camera.scale, reach, (pen) => {
    pen.lineJoin = "round";
    pen.strokeStyle = paper;
    pen.fillStyle = emote === "♥" || emote === "!" ? marker : ink;
    const known = emotes.find(({ text }) => text === emote);
    if (!known) {
      pen.font = `700 ${[...emote].length > 3 ? 12 : 20}px ${stage.sans}`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineWidth = 4;
      pen.strokeText(emote, 0, 0, 76);
      pen.fillText(emote, 0, 0, 76);
      return;
    }
    const path = new Path2D(known.path);
    pen.translate(-12, -12);
    pen.lineWidth = 4.5;
    pen.stroke(path);
    pen.fill(path);
  });
}
