/**
 * What `npm run new-piece -- NAME --game` writes: rules that the server and the page compute alike, a server side that counts
 * goals, a page by keys and pointer, and a test. All of it is for changing.
 */
import { css, html } from "./templates.ts";

/** Path from the root of the repository, and text, of each file. */
export function gameFilesOf(slug: string): Record<string, string> {
  return {
    [`schema/${slug}.ts`]: rules(slug),
    [`pieces/${slug}.ts`]: server(slug),
    [`web/${slug}.html`]: html({
      slug,
      label: "The field. Arrow keys, or a held pointer, push you.",
      below: `<p id="goals" role="status"></p>`,
    }),
    [`web/${slug}/main.ts`]: main(slug),
    [`web/${slug}/${slug}.css`]: css,
    [`test/${slug}.test.ts`]: test(slug),
  };
}

/** What files import from beside them; apart, so that these are no imports of this one. */
const [games, pieces] = ["./game.ts", "./index.ts"];

const rules = (
  slug: string,
) => `/** The game \`${slug}\`: its field and its rules, which the server and the page compute alike. Lengths in units. */
import { defineGame } from "${games}";

export const field = { width: 600, height: 400 } as const;
/** Where the ball is to go. */
export const hole = { x: 560, y: 200, radius: 24 } as const;
export const playerRadius = 18;
export const ballRadius = 10;

/** Units a second, gained each second, and share lost. */
const thrust = 1200;
const drag = 3;
const ballDrag = 0.6;

type Moving = { x: number; y: number; vx: number; vy: number };

export const rules = defineGame({
  input: { x: [-1, 1], y: [-1, 1] },
  player: { x: 100, y: 200, vx: 0, vy: 0 },
  things: { ball: { x: 300, y: 200, vx: 0, vy: 0 } },
  step(player, { x, y }, { ball }, seconds) {
    player.vx += (x * thrust - player.vx * drag) * seconds;
    player.vy += (y * thrust - player.vy * drag) * seconds;
    go(player, playerRadius, seconds);
    push(player, ball);
  },
  drift({ ball }, seconds) {
    ball.vx -= ball.vx * ballDrag * seconds;
    ball.vy -= ball.vy * ballDrag * seconds;
    go(ball, ballRadius, seconds);
  },
});

export function isInHole({ x, y }: Readonly<Moving>): boolean {
  return lengthOf(x - hole.x, y - hole.y) < hole.radius;
}

/** \`Math.hypot\` may differ by a digit from browser to browser. */
const lengthOf = (x: number, y: number) => Math.sqrt(x * x + y * y);

/** Moves a body, which bounces off the edges. */
function go(body: Moving, radius: number, seconds: number): void {
  body.x += body.vx * seconds;
  body.y += body.vy * seconds;
  if (body.x < radius || body.x > field.width - radius) body.vx = -body.vx;
  if (body.y < radius || body.y > field.height - radius) body.vy = -body.vy;
  body.x = Math.min(field.width - radius, Math.max(radius, body.x));
  body.y = Math.min(field.height - radius, Math.max(radius, body.y));
}

/** The ball leaves whoever runs into it, a little faster than they are. */
function push(player: Readonly<Moving>, ball: Moving): void {
  const [x, y] = [ball.x - player.x, ball.y - player.y];
  const distance = lengthOf(x, y);
  const reach = playerRadius + ballRadius;
  if (distance >= reach) return;
  const [toX, toY] = distance > 0 ? [x / distance, y / distance] : [1, 0];
  const speed = 20 + 1.2 * lengthOf(player.vx, player.vy);
  ball.x = player.x + toX * reach;
  ball.y = player.y + toY * reach;
  ball.vx = toX * speed;
  ball.vy = toY * speed;
}
`;

const server = (
  slug: string,
) => `/** The server side of the game \`${slug}\`: its rules are schema/${slug}.ts's, and what only the server decides is here. */
import { z } from "zod";
import { field, isInHole, rules } from "../schema/${slug}.ts";
import { definePiece, type FaceOf } from "${pieces}";

const piece = definePiece({
  slug: "${slug}",
  bounds: { minX: 0, minY: 0, minZ: 0, maxX: field.width, maxY: field.height, maxZ: 0 },
  tickHz: 30, // steps a second
  savesPoses: false,
  savesState: true,
  game: rules,
  state: z.object({ goals: z.int().default(0) }),
  onTick({ game, state }) {
    const { ball } = game.things;
    if (!isInHole(ball)) return;
    state.goals++;
    Object.assign(ball, rules.things.ball);
  },
});

export default piece;
export type Server = FaceOf<typeof piece>;
`;

const main = (
  slug: string,
) => `/** The page of the game \`${slug}\`: one's own body moves at once, by the rules that the server has too. */
import { connect, type World } from "hereabouts/client";
import { predict } from "hereabouts/predict";
import type { Server } from "../../pieces/${slug}.ts";
import { ballRadius, field, hole, playerRadius, rules } from "../../schema/${slug}.ts";
import { find, setText } from "../shared/dom.ts";
import { noticeOf } from "../shared/notice.ts";
import { goOnward } from "../shared/onward.ts";
import { storedLook, storedName } from "../shared/storage.ts";
import { showNotice } from "../shared/toasts.ts";

type Point = { x: number; y: number };

const canvas = find("scene", HTMLCanvasElement);
const pen = canvas.getContext("2d")!;
/** Keys that are held, and where the pointer is while it is. */
const held = new Set<string>();
let pointer: Point | undefined;

async function start(): Promise<void> {
  listen();
  const here = await connect(location.origin, { name: storedName() || undefined });
  const world = await here.world<Server>("${slug}", { avatar: storedLook(), share: true });
  window.hereabouts = { here, world: world as unknown as World, chats: new Map() };
  goOnward(here, world);
  world.on("refused", (error) => showNotice(noticeOf(error)));
  const game = predict(world, rules);
  requestAnimationFrame(function frame(now) {
    game.frame(now, wish);
    setText(find("here", HTMLElement), \`\${world.counts.people} here\`);
    setText(find("goals", HTMLElement), \`\${world.piece.goals} goals\`);
    const ink = clear();
    const { ball } = game.things;
    ring(hole, hole.radius, ink);
    for (const person of world.people.values()) {
      const isPlaying = game.players.has(person.id) && person.placed;
      if (isPlaying && !person.isMe) drawPlayer(person, person.avatar.color || ink, person.name);
    }
    if (game.me) drawPlayer(game.me, world.me?.avatar.color || ink, "you");
    if (ball) dot(ball, ballRadius, ink);
    requestAnimationFrame(frame);
  });
}

function listen(): void {
  canvas.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    held.add(event.key);
  });
  canvas.addEventListener("keyup", ({ key }) => held.delete(key));
  canvas.addEventListener("blur", () => held.clear());
  const lead = ({ offsetX, offsetY }: PointerEvent) => {
    const scale = scaleOf();
    pointer = { x: offsetX / scale, y: offsetY / scale };
  };
  const release = () => {
    pointer = undefined;
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    lead(event);
  });
  canvas.addEventListener("pointermove", (event) => pointer && lead(event));
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
}

/** Which way one wants to go, from where one is. */
function wish(me: Readonly<Point>): Point {
  const along = (back: string, ahead: string) => Number(held.has(ahead)) - Number(held.has(back));
  if (!pointer) return { x: along("ArrowLeft", "ArrowRight"), y: along("ArrowUp", "ArrowDown") };
  const [x, y] = [pointer.x - me.x, pointer.y - me.y];
  const length = Math.max(playerRadius, Math.hypot(x, y));
  return { x: x / length, y: y / length };
}

/** CSS pixels a unit: all of the field is to be seen. */
const scaleOf = () => Math.min(canvas.clientWidth / field.width, canvas.clientHeight / field.height);

/** Makes room for a drawing in units, and gives the color to draw in. */
function clear(): string {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * ratio)) as [
    number,
    number,
  ];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const ink = getComputedStyle(canvas).color;
  const scale = scaleOf() * ratio;
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width / scale, height / scale);
  pen.strokeStyle = ink;
  pen.strokeRect(0, 0, field.width, field.height);
  return ink;
}

function dot({ x, y }: Point, radius: number, color: string): void {
  pen.fillStyle = color;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fill();
}

function ring({ x, y }: Point, radius: number, color: string): void {
  pen.strokeStyle = color;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.stroke();
}

function drawPlayer(at: Point, color: string, name: string): void {
  dot(at, playerRadius, color);
  pen.fillStyle = getComputedStyle(canvas).color;
  pen.font = \`\${14 / Math.min(1, scaleOf())}px sans-serif\`; // to be read on a phone, too
  pen.textAlign = "center";
  pen.fillText(name, at.x, at.y + playerRadius + 16);
}

start().catch((error: unknown) => {
  showNotice(noticeOf(error), { label: "Try again", run: () => location.reload() });
});
`;

const test = (slug: string) => `/** The game \`${slug}\`: its rules by themselves, and as two people play it. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { predict } from "../client/predict.ts";
import type { Server } from "../pieces/${slug}.ts";
import { playerRadius, rules } from "../schema/${slug}.ts";
import { createTestSite, type TestSite, until } from "../testing/index.ts";

let site: TestSite;
beforeAll(async () => {
  site = await createTestSite();
});
afterAll(() => site?.close());

it("has a ball that rolls before whoever pushes it", () => {
  const [player, ball] = [{ ...rules.player }, { ...rules.things.ball }];
  for (let step = 0; step < 30; step++) {
    rules.step(player, { x: 1, y: 0 }, { ball }, 1 / 30);
    rules.drift?.({ ball }, 1 / 30);
  }
  expect(ball.x).toBeGreaterThan(rules.things.ball.x);
  expect(ball.x).toBeGreaterThan(player.x + playerRadius);
});

it("moves oneself at once, and the other sees it, and the goal", async () => {
  const input = { x: 0, y: 0 };
  const [ada, bob] = await Promise.all(
    ["Ada", "Bob"].map(async (name) => {
      const world = await (await site.connect(name)).world<Server>("${slug}");
      return { world, game: predict(world, rules) };
    }),
  );
  const timer = setInterval(() => {
    ada!.game.frame(performance.now(), () => input);
    bob!.game.frame(performance.now(), () => ({}));
  }, 16);
  try {
    await until(() => ada!.game.me && bob!.game.me);
    const from = ada!.game.me!.x;
    input.x = 1;
    await until(() => ada!.game.me!.x > from + 3);
    await until(() => bob!.game.players.get(ada!.world.me!.id)!.x > from + 3);
    await until(() => bob!.world.piece.goals > 0, { withinMs: 10_000 });
  } finally {
    clearInterval(timer);
  }
});
`;
