/**
 * The marks that grow on the land, each drawn with a few strokes around the origin, in world units.
 */
import type { MotifKind } from "./lands.ts";
import type { Palette } from "./palette.ts";

type Context = CanvasRenderingContext2D;
/** `turn`, 0 to 1, makes two of a kind differ. */
type Draw = (pen: Context, palette: Palette, turn: number) => void;

function strokes(pen: Context, color: string, width: number, path: () => void): void {
  pen.strokeStyle = color;
  pen.lineWidth = width;
  pen.beginPath();
  path();
  pen.stroke();
}

function stem(pen: Context, color: string, width: number, x: number, y: number, toX: number, toY: number): void {
  strokes(pen, color, width, () => {
    pen.moveTo(x, y);
    pen.lineTo(toX, toY);
  });
}

function disc(pen: Context, color: string, x: number, y: number, rx: number, ry = rx): void {
  pen.fillStyle = color;
  pen.beginPath();
  pen.ellipse(x, y, rx, ry, 0, 0, 7);
  pen.fill();
}

const tuft: Draw = (pen, { growth, growthDeep }, turn) => {
  const blades = 3 + Math.floor(turn * 3);
  strokes(pen, turn > 0.5 ? growth : growthDeep, 1.3, () => {
    for (let i = 0; i < blades; i++) {
      const lean = (i - (blades - 1) / 2) * 2.4;
      pen.moveTo(lean * 0.5, 0);
      pen.quadraticCurveTo(lean * 0.6, -4, lean * 1.25 + (turn - 0.5) * 2, -7 + Math.abs(lean) * 0.6);
    }
  });
};

const stone: Draw = (pen, { stone, pathEdge, shade }, turn) => {
  const pebble = (x: number, y: number, width: number, height: number) => {
    disc(pen, shade, x + 1.6, y + 2, width, height * 0.85);
    disc(pen, stone, x, y, width, height);
    strokes(pen, pathEdge, 0.9, () => pen.ellipse(x, y, width, height, 0, 0, 7));
  };
  const width = 4.5 + turn * 3;
  if (turn > 0.6) pebble(width + 2.6, 1.2, 3, 2.2);
  pebble(0, -1, width, 3.6);
};

const flower: Draw = (pen, { bloom, growthDeep, path }, turn) => {
  const heads = 1 + Math.floor(turn * 3);
  for (let i = 0; i < heads; i++) {
    const x = (i - (heads - 1) / 2) * 7;
    const y = -6 - ((i * 5 + turn * 9) % 4);
    stem(pen, growthDeep, 1, x * 0.6, 0, x, y);
    for (let petal = 0; petal < 5; petal++) {
      const angle = petal * 1.2566 + turn * 3;
      disc(pen, bloom, x + Math.cos(angle) * 1.9, y + Math.sin(angle) * 1.9, 1.5);
    }
    disc(pen, path, x, y, 1.1);
  }
};

const lily: Draw = (pen, { growth, growthDeep, bloom, path }, turn) => {
  const open = turn * 6.28;
  pen.fillStyle = growth;
  pen.beginPath();
  pen.ellipse(0, 0, 8, 5.4, 0, open + 0.35, open + 6);
  pen.lineTo(0, 0);
  pen.closePath();
  pen.fill();
  strokes(pen, growthDeep, 0.8, () => pen.ellipse(0, 0, 8, 5.4, 0, open + 0.35, open + 6));
  if (turn < 0.62) return;
  for (let petal = 0; petal < 6; petal++) {
    disc(pen, bloom, 1 + Math.cos(petal * 1.05) * 2.4, -2 + Math.sin(petal * 1.05) * 1.7, 1.9, 1.5);
  }
  disc(pen, path, 1, -2, 1.2);
};

const reed: Draw = (pen, { growthDeep, pathEdge }, turn) => {
  for (let i = 0; i < 3; i++) {
    const x = (i - 1) * 3.6;
    const top = -12 - ((i * 7 + turn * 11) % 6);
    stem(pen, growthDeep, 1.1, x * 0.6, 0, x, top);
    if (i !== 1 || turn > 0.4) stem(pen, pathEdge, 2.4, x, top, x, top + 4.5);
  }
};

const ripple: Draw = (pen, { shore }, turn) => {
  pen.globalAlpha = 0.55;
  strokes(pen, shore, 1, () => {
    pen.moveTo(-11, 0);
    pen.quadraticCurveTo(-5.5, -4, 0, 0);
    pen.quadraticCurveTo(5.5, 4, 11, 0);
    if (turn < 0.5) return;
    pen.moveTo(-3, 5);
    pen.quadraticCurveTo(1.5, 2, 6, 5);
  });
};

const tree: Draw = (pen, { growth, growthDeep, shade }, turn) => {
  const r = 9.5 + turn * 3.5;
  disc(pen, shade, 4, 1.5, r * 1.05, r * 0.6);
  stem(pen, growthDeep, 2, 0, 0, 0, -6);
  disc(pen, growthDeep, 0, -r - 1, r, r * 0.96);
  disc(pen, growth, -1.6, -r - 2.6, r * 0.8, r * 0.76);
  strokes(pen, growthDeep, 1.1, () => {
    pen.arc(-r * 0.25, -r * 1.05, r * 0.3, 3.6, 6);
    pen.moveTo(r * 0.42, -r * 1.1);
    pen.arc(r * 0.18, -r * 1.2, r * 0.26, 0.2, 2.4);
  });
};

const dune: Draw = (pen, { growthDeep }, turn) => {
  pen.globalAlpha = 0.6;
  strokes(pen, growthDeep, 1.1, () => {
    for (let i = 0; i < 2; i++) {
      const half = 15 - i * 6 + turn * 3;
      pen.moveTo(-half, i * 5.5);
      pen.bezierCurveTo(-half * 0.3, -8 + i * 5.5, half * 0.3, -6 + i * 5.5, half, i * 5.5 + 1);
    }
  });
};

const heather: Draw = (pen, { bloom, growthDeep }, turn) => {
  for (let i = 0; i < 5; i++) {
    const x = (i - 2) * 3.1;
    const top = -5 - ((i * 3 + turn * 7) % 4);
    stem(pen, growthDeep, 1, x * 0.7, 0, x, top);
    stem(pen, bloom, 2, x, top, x, top + 2.4);
  }
};

const hachure: Draw = (pen, { growthDeep }, turn) => {
  pen.rotate((turn - 0.5) * 0.9);
  strokes(pen, growthDeep, 1.1, () => {
    for (let i = 0; i < 6; i++) {
      const x = (i - 2.5) * 3.4;
      pen.moveTo(x, -2 + Math.abs(i - 2.5));
      pen.lineTo(x * 1.18, 5 + ((i * 5 + turn * 13) % 4));
    }
  });
};

export const drawMotif: Record<MotifKind, Draw> = {
  tuft,
  stone,
  flower,
  lily,
  reed,
  ripple,
  tree,
  dune,
  heather,
  hachure,
};
