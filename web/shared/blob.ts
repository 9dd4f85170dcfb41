/**
 * The characters people are: a soft round body in their colour, a face that looks where they walk. Faces are short texts
 * (they read as faces in any piece that shows them as text); those known here are drawn, any other is written.
 * Drawn around the point where the feet are, in units of the world.
 */

export const bodyRadius = 15;
/** Space a character needs around its feet, in units: to the sides, above, below. */
export const bodyReach = { side: 22, above: 38, below: 5 };

export const colors = [
  ["poppy", "#e4572e"],
  ["marigold", "#f2a541"],
  ["gorse", "#f0d43a"],
  ["moss", "#8fb339"],
  ["mint", "#4fb99f"],
  ["sky", "#5aa9e6"],
  ["bluebell", "#6c7fd8"],
  ["heather", "#a779c9"],
  ["clover", "#e88bb3"],
  ["chalk", "#efe9dc"],
] as const;

export const faces = ["•‿•", "^‿^", "•_•", "o_o", "-_-", "•ᴥ•", "•ω•", ">‿<", "¬_¬", "⌐■_■"] as const;

const inkOf = "#202a2b";
const eyeWhite = "#fdfcf8";

export type Look = {
  readonly color: string;
  readonly face: string;
  /** Where the character looks, as a vector on the screen of length 0 (at us) to 1. */
  readonly x: number;
  readonly y: number;
  readonly asleep: boolean;
};

export function drawBlob(pen: CanvasRenderingContext2D, look: Look): void {
  const r = bodyRadius;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  const body = bodyPath(r);
  pen.fillStyle = look.color;
  pen.fill(body);
  pen.save();
  pen.clip(body);
  drawForm(pen, r);
  drawFace(pen, look, r);
  pen.restore();
  pen.strokeStyle = inkOf;
  pen.lineWidth = 1.6;
  pen.stroke(body);
}

function bodyPath(r: number): Path2D {
  const path = new Path2D();
  path.moveTo(-r, -0.72 * r);
  path.bezierCurveTo(-r, -1.62 * r, -0.62 * r, -2.06 * r, 0, -2.06 * r);
  path.bezierCurveTo(0.62 * r, -2.06 * r, r, -1.62 * r, r, -0.72 * r);
  path.bezierCurveTo(r, -0.2 * r, 0.66 * r, 0, 0, 0);
  path.bezierCurveTo(-0.66 * r, 0, -r, -0.2 * r, -r, -0.72 * r);
  path.closePath();
  return path;
}

/** A crescent of shade and a touch of light, a little out of register, as print is. */
function drawForm(pen: CanvasRenderingContext2D, r: number): void {
  const crescent = new Path2D();
  crescent.rect(-2 * r, -3 * r, 4 * r, 4 * r);
  crescent.ellipse(-0.24 * r, -1.2 * r, 1.02 * r, 1.06 * r, 0, 0, 7);
  pen.fillStyle = "rgb(32 24 48 / 0.17)";
  pen.fill(crescent, "evenodd");
  pen.fillStyle = "rgb(255 255 255 / 0.5)";
  pen.beginPath();
  pen.ellipse(-0.5 * r, -1.66 * r, 0.22 * r, 0.12 * r, -0.7, 0, 7);
  pen.fill();
}

function drawFace(pen: CanvasRenderingContext2D, look: Look, r: number): void {
  pen.save();
  pen.translate(look.x * 0.35 * r, -1.16 * r + look.y * (look.y < 0 ? 0.5 : 0.2) * r);
  const squeeze = 1 - 0.28 * Math.abs(look.x);
  const known = (faces as readonly string[]).indexOf(look.face);
  if (known < 0 && look.face !== "") writeFace(pen, look.face, r);
  else drawKnownFace(pen, faces[Math.max(0, known)]!, look, r, 0.4 * r * squeeze);
  pen.restore();
}

function writeFace(pen: CanvasRenderingContext2D, face: string, r: number): void {
  pen.fillStyle = inkOf;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.font = `600 ${[...face].length > 2 ? 9 : 15}px system-ui, sans-serif`;
  pen.fillText(face, 0, 0.1 * r, 1.7 * r);
}

type Face = (typeof faces)[number];

function drawKnownFace(pen: CanvasRenderingContext2D, face: Face, look: Look, r: number, apart: number): void {
  pen.strokeStyle = inkOf;
  pen.fillStyle = inkOf;
  pen.lineWidth = 1.5;
  const eye = look.asleep ? closedEye : (eyes[face] ?? dotEye);
  if (face === "⌐■_■") drawShades(pen, r, apart);
  else for (const side of [-1, 1]) eye(pen, side * apart, 0, r, look);
  drawMouth(pen, face, r);
}

function dotEye(pen: CanvasRenderingContext2D, x: number, y: number, r: number, look: Pick<Look, "x" | "y">): void {
  pen.fillStyle = eyeWhite;
  pen.beginPath();
  pen.ellipse(x, y, 0.235 * r, 0.3 * r, 0, 0, 7);
  pen.fill();
  pen.fillStyle = inkOf;
  pen.beginPath();
  pen.ellipse(x + look.x * 0.09 * r, y + look.y * 0.1 * r, 0.15 * r, 0.2 * r, 0, 0, 7);
  pen.fill();
}

function wideEye(pen: CanvasRenderingContext2D, x: number, y: number, r: number, look: Pick<Look, "x" | "y">): void {
  pen.fillStyle = eyeWhite;
  pen.beginPath();
  pen.arc(x, y, 0.34 * r, 0, 7);
  pen.fill();
  pen.lineWidth = 1;
  pen.stroke();
  pen.fillStyle = inkOf;
  pen.beginPath();
  pen.arc(x + look.x * 0.13 * r, y + look.y * 0.13 * r, 0.12 * r, 0, 7);
  pen.fill();
}

function closedEye(pen: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  pen.beginPath();
  pen.arc(x, y - 0.04 * r, 0.22 * r, 0.35, 2.79);
  pen.stroke();
}

function happyEye(pen: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  pen.beginPath();
  pen.arc(x, y + 0.12 * r, 0.23 * r, 3.5, 5.92);
  pen.stroke();
}

function squeezedEye(pen: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  const inwards = -Math.sign(x) * 0.2 * r;
  pen.beginPath();
  pen.moveTo(x - inwards, y - 0.2 * r);
  pen.lineTo(x + inwards, y);
  pen.lineTo(x - inwards, y + 0.2 * r);
  pen.stroke();
}

function doubtfulEye(pen: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  dotEye(pen, x, y, r, { x: 0.9, y: 0.3 });
  pen.beginPath();
  pen.moveTo(x - 0.3 * r, y - 0.12 * r);
  pen.lineTo(x + 0.3 * r, y - 0.12 * r);
  pen.stroke();
}

const eyes: Partial<Record<Face, typeof dotEye>> = {
  "-_-": closedEye,
  "^‿^": happyEye,
  o_o: wideEye,
  ">‿<": squeezedEye,
  "¬_¬": doubtfulEye,
};

function drawShades(pen: CanvasRenderingContext2D, r: number, apart: number): void {
  pen.beginPath();
  for (const side of [-1, 1]) pen.roundRect(side * apart - 0.36 * r, -0.2 * r, 0.72 * r, 0.42 * r, [1, 1, 4, 4]);
  pen.fill();
  pen.beginPath();
  pen.moveTo(-r * 1.1, -0.16 * r);
  pen.lineTo(r * 1.1, -0.16 * r);
  pen.stroke();
}

function drawMouth(pen: CanvasRenderingContext2D, face: Face, r: number): void {
  pen.fillStyle = inkOf;
  pen.lineWidth = 1.4;
  pen.beginPath();
  if (face === "•ᴥ•") {
    pen.ellipse(0, 0.28 * r, 0.2 * r, 0.14 * r, 0, 0, 7);
    pen.fill();
  }
  if (face === "•ω•" || face === "•ᴥ•") {
    pen.beginPath();
    pen.arc(-0.13 * r, 0.42 * r, 0.13 * r, 0, 3.14);
    pen.moveTo(0.26 * r, 0.42 * r);
    pen.arc(0.13 * r, 0.42 * r, 0.13 * r, 0, 3.14);
  } else if (face === "•_•" || face === "-_-" || face === "¬_¬" || face === "⌐■_■") {
    pen.moveTo(-0.16 * r, 0.48 * r);
    pen.lineTo(0.16 * r, 0.48 * r);
  } else if (face === "o_o") {
    pen.ellipse(0, 0.56 * r, 0.1 * r, 0.12 * r, 0, 0, 7);
  } else {
    pen.arc(0, 0.28 * r, 0.26 * r, 0.45, 2.69);
  }
  pen.stroke();
}

/** The faces of people who chose none. */
const plainFaces = ["•‿•", "^‿^", "•_•", "•ᴥ•", "•ω•"] as const;

/** The face to draw: what the person chose, else one that follows from who they are. */
export function faceOf(chosen: string, seed: number): string {
  return chosen || plainFaces[Math.floor(seed / colors.length) % plainFaces.length]!;
}

/** The colour to draw: what the person chose if it is one, else one that follows from who they are. */
export function colorOf(chosen: string, seed: number): string {
  if (chosen !== "" && CSS.supports("color", chosen)) return chosen;
  return colors[seed % colors.length]![1];
}
