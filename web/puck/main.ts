/**
 * The page of the piece `puck`: everyone pushes one puck. One's own movement is predicted by the rules that the server has
 * too (schema/puck.ts); others are where the SDK says. By keys, pointer or finger.
 */
import type { World } from "hereabouts/client";
import { type PredictedGame, predict } from "hereabouts/predict";
import type { Puck } from "../../pieces/puck.ts";
import { puckGame } from "../../schema/puck.ts";
import { announce } from "../shared/announcer.ts";
import { colorOf } from "../shared/blob.ts";
import { find, setText } from "../shared/dom.ts";
import { openPiece, type PiecePage } from "../shared/piecePage.ts";
import { hashOf } from "../shared/seed.ts";
import { Input } from "../world/input.ts";
import { type Figure, Scene } from "./scene.ts";
import type { Point } from "./view.ts";

const refreshMs = 250;
const awayStrength = 0.4;
const nothing = () => {};

type Table = PredictedGame<typeof puckGame>;

function start({ world, act }: PiecePage<Puck>): void {
  const canvas = find("table", HTMLCanvasElement);
  const table = predict(world, puckGame);
  const scene = new Scene(canvas);
  // what is wished for is a direction on the screen, however the table lies on it
  const onScreen = { toWorld: (x: number, y: number) => ({ x, y }) };
  const input = new Input(canvas, onScreen, { tap: nothing, act: nothing, speak: nothing, picture: nothing });
  const wish = (me: Point) => scene.view.toTable(input.wish(scene.view.toScreen(me)));

  requestAnimationFrame(function frame(now) {
    table.frame(now, wish);
    const { puck } = table.things;
    if (puck) scene.draw(figuresOf(world, table), puck, table.me?.way ?? 0);
    requestAnimationFrame(frame);
  });

  const show = () => showScore(world, scene.view.isTurned);
  show();
  world.on("piece", show);
  const play = find("play", HTMLButtonElement);
  play.addEventListener("click", () => void act(() => world.play()));
  setInterval(() => {
    play.hidden = world.role === "player";
    show();
    setText(find("task", HTMLElement), taskOf(world, table, scene.view.isTurned));
  }, refreshMs);
}

function figuresOf(world: World<Puck>, table: Table): Figure[] {
  const figures: Figure[] = [];
  for (const [id, { way }] of table.players) {
    const person = world.people.get(id);
    const isMe = person?.isMe === true && table.isPlaying;
    const at = isMe ? table.me : person;
    if (!person || !at || (!isMe && !person.placed)) continue;
    const { name, status, avatar } = person;
    const color = colorOf(avatar.color, hashOf(id));
    const strength = status === "here" ? 1 : awayStrength;
    figures.push({ x: at.x, y: at.y, name, color, face: avatar.face, way, isMe, strength });
  }
  return figures;
}

let shown = "";

function showScore({ piece: { left, right } }: World<Puck>, isTurned: boolean): void {
  const score = `${right} : ${left}`;
  setText(find("score", HTMLElement), isTurned ? `↑ ${score} ↓` : `→ ${score} ←`);
  if (shown !== "" && shown !== score) announce.note(`Goal: to the right ${right}, to the left ${left}`);
  shown = score;
}

function taskOf({ role }: World<Puck>, { me }: Table, isTurned: boolean): string {
  if (role === "spectator") return "You play in another tab.";
  if (!me) return "All places are taken: you watch until one is free.";
  const [ahead, back] = isTurned ? ["up", "down"] : ["to the right", "to the left"];
  return `You play ${me.way > 0 ? ahead : back}: push the puck into the goal that your arrow points at. Arrow keys, or hold the pointer.`;
}

openPiece<Puck>("puck", start);
