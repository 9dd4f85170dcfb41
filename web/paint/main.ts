/**
 * The page of the piece `paint`: everyone draws on one sheet. What a hand is drawing now is passed on as it goes; what it has
 * drawn is asked of the piece's server side (pieces/paint.ts), which makes it a prop that stays.
 */
import type { Json, World } from "hereabouts/client";
import type { Paint } from "../../pieces/paint.ts";
import { type Stroke, widths } from "../../schema/paint.ts";
import { announce } from "../shared/announcer.ts";
import { colorOf } from "../shared/blob.ts";
import { find, make } from "../shared/dom.ts";
import { currentScheme, onSchemeChange } from "../shared/palette.ts";
import { openPiece, type PiecePage } from "../shared/piecePage.ts";
import { hashOf } from "../shared/seed.ts";
import { Brush } from "./brush.ts";
import { Easel, type Brush as Shown } from "./easel.ts";
import { inkOf, inks, lineOf, strokeOf } from "./inks.ts";

const passOnMs = 200;
/** A line that goes on no more, and of which no stroke came. */
const forgetMs = 3000;

const canvas = find("sheet", HTMLCanvasElement);

function start({ world, act }: PiecePage<Paint>): void {
  const strokes = new Map<string, Stroke>();
  /** Of others, by their ids. */
  const lines = new Map<string, Stroke & { until: number }>();
  /** Of oneself, until they are on the sheet. */
  const own = new Set<Stroke>();

  const note = (key: string, value: Json | undefined) => {
    const stroke = strokeOf(key, value);
    if (stroke) strokes.set(key, stroke);
    else strokes.delete(key);
  };
  for (const [key, value] of world.props.entries()) note(key, value);
  world.on("prop", ({ key, value, owner }) => {
    note(key, value);
    if (value !== undefined && owner !== undefined) lines.delete(owner);
  });
  world.on("piece:line", ({ person, data }) => {
    const line = lineOf(data);
    if (person && line) lines.set(person.id, { ...line, until: performance.now() + forgetMs });
  });

  const undo = () =>
    void act(async () => {
      const { key } = await world.ask("undo", null);
      announce.note(key ? "Your last stroke is off" : "No stroke of yours is there");
    });
  const draw = (stroke: Stroke) => {
    own.add(stroke);
    const width = widths.find((one) => one === stroke.w)!;
    void act(() => world.ask("draw", { ...stroke, w: width })).finally(() => setTimeout(() => own.delete(stroke), 100));
  };
  const easel = new Easel(canvas);
  const brush = new Brush(canvas, easel, { moved: (at) => world.moveTo(at), drawn: draw, undo });
  offerTools(brush);
  find("undo", HTMLButtonElement).addEventListener("click", undo);
  find("wipe", HTMLButtonElement).addEventListener("click", () => void act(() => world.ask("wipe", null)));

  setInterval(() => {
    if (!brush.line || world.counts.people < 2) return;
    const { c, w, p } = brush.line;
    world.send("piece:line", { c, w, p: p.slice(-120) });
  }, passOnMs);

  const frame = () => {
    requestAnimationFrame(frame);
    const now = performance.now();
    for (const [id, { until }] of lines) if (until < now) lines.delete(id);
    const unfinished = [...lines.values(), ...own, ...(brush.line ? [brush.line] : [])];
    easel.draw({ strokes, lines: unfinished, brushes: brushesOf(world as World, brush, lines) });
  };
  frame();
}

function* brushesOf(world: World, { at, color, line }: Brush, lines: ReadonlyMap<string, Stroke>): Generator<Shown> {
  for (const person of world.people.values()) {
    if (person.isMe || !person.placed || person.status !== "here") continue;
    const { x, y, name, id } = person;
    yield { x, y, name, color: colorOf(person.avatar.color, hashOf(id)), isMe: false, isDown: lines.has(id) };
  }
  yield { ...at, name: "", color: inkOf(color, currentScheme()), isMe: true, isDown: line !== undefined };
}

function offerTools(brush: Brush): void {
  const swatches: HTMLElement[] = [];
  inks.forEach((name, color) => {
    const swatch = make("span", "ink");
    swatches.push(swatch);
    offer("inks", name, color === brush.color, swatch, () => {
      brush.color = color;
    });
  });
  for (const width of widths) {
    const dot = make("span", "width");
    dot.style.width = dot.style.height = `${4 + width}px`;
    offer("widths", `${width} wide`, width === brush.width, dot, () => {
      brush.width = width;
    });
  }
  const tint = () =>
    swatches.forEach((swatch, color) => {
      swatch.style.background = inkOf(color, currentScheme());
    });
  tint();
  onSchemeChange(tint);
}

function offer(group: string, name: string, isChosen: boolean, shown: HTMLElement, choose: () => void): void {
  const label = make("label");
  const input = make("input");
  Object.assign(input, { type: "radio", name: group, checked: isChosen });
  input.setAttribute("aria-label", name);
  input.addEventListener("change", choose);
  label.title = name;
  label.append(input, shown);
  find(group, HTMLFieldSetElement).append(label);
}

openPiece<Paint>("paint", start);
