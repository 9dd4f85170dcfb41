/** The game of the piece `puck`: its table and its rules, which the server and the page compute alike. Lengths in units. */
import { defineGame } from "./game.ts";

export const table = { width: 960, height: 540 } as const;
/** Half of what a goal is wide, about the middle of each short side. */
export const goalHalf = 90;
/** How far a puck goes into a goal. */
export const goalDepth = 40;
export const playerRadius = 26;
export const puckRadius = 18;
export const middle = { x: table.width / 2, y: table.height / 2 } as const;

/** Units a second, gained each second, and share lost. */
const thrust = 2600;
const drag = 4.2;
const puckDrag = 0.35;
const puckMaxSpeed = 1050;
/** Share of the speed that is left after a wall, and with which the puck leaves a player. */
const wallBounce = 0.86;
const bodyBounce = 0.35;
const hitBounce = 0.9;

type Moving = { x: number; y: number; vx: number; vy: number };

export const puckGame = defineGame({
  input: { x: [-1, 1], y: [-1, 1] },
  /** `way`: 1 for whoever plays to the right, -1 to the left, 0 for who has just come. */
  player: { ...middle, vx: 0, vy: 0, way: 0 },
  things: { puck: { ...middle, vx: 0, vy: 0 } },
  seats: 16,
  step(player, { x, y }, { puck }, seconds) {
    const length = Math.max(1, lengthOf(x, y));
    player.vx += ((x / length) * thrust - player.vx * drag) * seconds;
    player.vy += ((y / length) * thrust - player.vy * drag) * seconds;
    go(player, seconds);
    bounceX(player, playerRadius, bodyBounce);
    bounceY(player, playerRadius, bodyBounce);
    hit(player, puck);
  },
  drift({ puck }, seconds) {
    const kept = Math.max(0, 1 - puckDrag * seconds);
    puck.vx *= kept;
    puck.vy *= kept;
    go(puck, seconds);
    bounceY(puck, puckRadius, wallBounce);
    if (isAtGoal(puck)) enterGoal(puck);
    else bounceX(puck, puckRadius, wallBounce);
  },
});

/** Whose point it is: of those who play towards the right, or towards the left. Undefined while the puck is on the table. */
export function scorerOf({ x }: Readonly<Moving>): "right" | "left" | undefined {
  if (x > table.width + puckRadius) return "right";
  return x < -puckRadius ? "left" : undefined;
}

/** `Math.hypot` may differ by a digit from browser to browser. */
const lengthOf = (x: number, y: number) => Math.sqrt(x * x + y * y);

function go(body: Moving, seconds: number): void {
  body.x += body.vx * seconds;
  body.y += body.vy * seconds;
}

function bounceX(body: Moving, radius: number, bounce: number): void {
  if (body.x < radius && body.vx < 0) body.vx *= -bounce;
  if (body.x > table.width - radius && body.vx > 0) body.vx *= -bounce;
  body.x = Math.min(table.width - radius, Math.max(radius, body.x));
}

function bounceY(body: Moving, radius: number, bounce: number): void {
  if (body.y < radius && body.vy < 0) body.vy *= -bounce;
  if (body.y > table.height - radius && body.vy > 0) body.vy *= -bounce;
  body.y = Math.min(table.height - radius, Math.max(radius, body.y));
}

function isAtGoal({ x, y }: Readonly<Moving>): boolean {
  const isOut = x < puckRadius || x > table.width - puckRadius;
  return isOut && Math.abs(y - middle.y) < goalHalf - puckRadius / 2;
}

/** Between its posts, and not beyond its end. */
function enterGoal(puck: Moving): void {
  const reach = goalHalf - puckRadius;
  puck.y = Math.min(middle.y + reach, Math.max(middle.y - reach, puck.y));
  puck.x = Math.min(table.width + goalDepth, Math.max(-goalDepth, puck.x));
}

/** Pushes the puck out of a player, who is too heavy to feel it. */
function hit(player: Readonly<Moving>, puck: Moving): void {
  const [x, y] = [puck.x - player.x, puck.y - player.y];
  const distance = lengthOf(x, y);
  const reach = playerRadius + puckRadius;
  if (distance >= reach) return;
  const [nx, ny] = distance > 0 ? [x / distance, y / distance] : [1, 0];
  puck.x = player.x + nx * reach;
  puck.y = player.y + ny * reach;
  const speed = (puck.vx - player.vx) * nx + (puck.vy - player.vy) * ny;
  if (speed >= 0) return;
  puck.vx -= (1 + hitBounce) * speed * nx;
  puck.vy -= (1 + hitBounce) * speed * ny;
  const fast = lengthOf(puck.vx, puck.vy) / puckMaxSpeed;
  if (fast <= 1) return;
  puck.vx /= fast;
  puck.vy /= fast;
}
