/**
 * Words in the world: names under people, and bubbles over those who speak. Where it is crowded names give way to each
 * other (one's own never does), and bubbles move up. Nothing is written below the controls.
 */
import type { Person } from "hereabouts/client";
import { bodyReach } from "../shared/blob.ts";
import type { Figure } from "./figure.ts";
import type { Sprite } from "./sprites.ts";
import type { Box, Stage } from "./stage.ts";
import { wrapText } from "./text.ts";

const nameSize = 12.5;
/** Units below the feet. */
const nameBelow = 10;
const bubbleSize = 14;
const bubbleWidth = 216;
const maxNameChars = 22;
const pad = 9;
const tail = 7;

const collides = (a: Box, b: Box) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Draws the labels of all `figures`, in a stable order so that they do not flicker. */
export function drawNames(stage: Stage, figures: readonly Figure[], seconds: number): void {
  const { camera, canvas } = stage;
  const placed: Box[] = [];
  const ordered = [...figures].sort(
    (a, b) => Number(b.person.isMe) - Number(a.person.isMe) || (a.person.id < b.person.id ? -1 : 1),
  );
  for (const figure of ordered) {
    const sprite = nameSprite(stage, figure.person);
    const x = figure.x * camera.scale - camera.originX;
    const y = (figure.y + nameBelow) * camera.scale - camera.originY;
    const box = boxOf(sprite, x, y);
    if (box.right < 0 || box.left > canvas.width || box.bottom < 0 || box.top > canvas.height) continue;
    const free = !placed.some((other) => collides(box, other));
    if (free) placed.push(box);
    const change = seconds * 5;
    figure.labelAlpha = Math.min(1, Math.max(0, figure.labelAlpha + (free ? change : -change)));
    const alpha = figure.labelAlpha * (figure.leaving ? figure.alpha : Math.max(0.75, figure.alpha));
    if (alpha > 0.02) stage.showAt(sprite, x, y, alpha);
  }
}

/** What stands under someone: their name, and if they are not simply here, why. */
function captionOf(person: Person): string {
  const name = person.name || person.handle;
  const short = [...name].length > maxNameChars ? `${[...name].slice(0, maxNameChars - 1).join("")}…` : name;
  if (person.status === "ghost") return `${short}\n${person.to ? `went to ${person.to}` : "went elsewhere"}`;
  return person.status === "away" ? `${short}\naway` : short;
}

function nameSprite(stage: Stage, person: Person): Sprite {
  const caption = captionOf(person);
  const weight = person.isMe ? 700 : person.guest ? 400 : 600;
  const slant = person.guest ? "italic " : "";
  const key = `name ${weight} ${caption}`;
  const reach = { left: 110, right: 110, above: 2, below: 34 };
  return stage.sprites.get(key, stage.camera.ratio, reach, (pen) => {
    pen.textAlign = "center";
    pen.textBaseline = "top";
    pen.lineJoin = "round";
    caption.split("\n").forEach((line, i) => {
      pen.font = i === 0 ? `${slant}${weight} ${nameSize}px ${stage.sans}` : `italic ${nameSize - 1}px ${stage.serif}`;
      pen.strokeStyle = stage.palette.paper;
      pen.lineWidth = 3.5;
      pen.strokeText(line, 0, i * 14.5);
      pen.fillStyle = i > 0 || person.guest ? stage.palette.faint : stage.palette.ink;
      if (person.isMe) pen.fillStyle = stage.palette.ink;
      pen.fillText(line, 0, i * 14.5);
    });
  });
}

/** The sprite is drawn wide enough for any name; for collisions a typical name's middle counts. */
function boxOf(sprite: Sprite, x: number, y: number): Box {
  const half = sprite.anchorX * 0.42;
  return { left: x - half, right: x + half, top: y, bottom: y + sprite.canvas.height * 0.45 };
}

/** `bubbleOf` gives what stands over someone at this moment. */
export function drawBubbles(
  stage: Stage,
  figures: readonly Figure[],
  bubbleOf: (person: Person) => string | undefined,
): void {
  const { camera, canvas } = stage;
  const { ratio, insets } = camera;
  const placed: Box[] = [];
  const speaking = figures.filter((figure) => !figure.leaving).sort((a, b) => b.y - a.y);
  for (const figure of speaking) {
    const text = bubbleOf(figure.person);
    if (!text) continue;
    const x = figure.x * camera.scale - camera.originX;
    const y = figure.y * camera.scale - camera.originY - bodyReach.above * camera.scale;
    const feet = y + bodyReach.above * camera.scale;
    if (x < 0 || x > canvas.width || feet < 0 || y > canvas.height) continue;
    const { sprite, width, height } = bubbleSprite(stage, text);
    const half = (width / 2 + 8) * ratio;
    const middle = Math.min(canvas.width - insets.right * ratio - half, Math.max(insets.left * ratio + half, x));
    const tall = (height + tail) * ratio;
    const lowest = Math.max(y, tall + 8 * ratio);
    const box = { left: middle - half, right: middle + half, top: lowest - tall, bottom: lowest };
    for (const cover of stage.covered) {
      if (!collides(box, cover)) continue;
      const isUpper = cover.top < canvas.height / 2;
      box.top = isUpper ? cover.bottom + 4 * ratio : cover.top - 4 * ratio - tall;
      box.bottom = box.top + tall;
    }
    for (let tries = 0; tries < 6; tries++) {
      const blocker = placed.find((other) => collides(box, other));
      if (!blocker || blocker.top - tall < 8 * ratio) break;
      box.top -= box.bottom - blocker.top;
      box.bottom = blocker.top;
    }
    placed.push(box);
    drawTail(stage, Math.min(box.right - 16 * ratio, Math.max(box.left + 16 * ratio, x)), box.bottom - tail * ratio);
    stage.showAt(sprite, middle, box.bottom - tail * ratio, figure.alpha);
  }
}

function bubbleSprite(stage: Stage, text: string): { sprite: Sprite; width: number; height: number } {
  const font = `${bubbleSize}px ${stage.sans}`;
  const { lines, width: textWidth } = wrapText(font, text, bubbleWidth);
  const width = textWidth + 2 * pad;
  const height = lines.length * bubbleSize * 1.3 + 2 * pad - 4;
  const reach = { left: width / 2 + 2, right: width / 2 + 2, above: height + 2, below: 2 };
  const sprite = stage.sprites.get(`bubble ${text}`, stage.camera.ratio, reach, (pen) => {
    pen.fillStyle = stage.palette.paper;
    pen.strokeStyle = stage.palette.ink;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.roundRect(-width / 2, -height, width, height, 9);
    pen.fill();
    pen.stroke();
    pen.fillStyle = stage.palette.ink;
    pen.font = font;
    pen.textAlign = "center";
    pen.textBaseline = "top";
    lines.forEach((line, i) => {
      pen.fillText(line, 0, -height + pad + i * bubbleSize * 1.3);
    });
  });
  return { sprite, width, height };
}

function drawTail(stage: Stage, x: number, y: number): void {
  const { pen, camera, palette } = stage;
  const unit = camera.ratio;
  pen.fillStyle = palette.paper;
  pen.strokeStyle = palette.ink;
  pen.lineWidth = 1.5 * unit;
  pen.beginPath();
  pen.moveTo(x - 6 * unit, y - unit);
  pen.lineTo(x, y + tail * unit);
  pen.lineTo(x + 6 * unit, y - unit);
  pen.fill();
  pen.stroke();
}
