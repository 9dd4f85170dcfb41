/**
 * Randomness that everyone shares: the same text gives the same numbers on every machine, so that a slug has one look.
 */

export type Random = () => number;
export type Noise = (x: number, y: number) => number;

/** FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Numbers in 0..1 by mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Smooth gradient noise about 0..1 with a lattice of 1, three octaves (Perlin 2002). */
export function noiseOf(seed: number): Noise {
  const slope = (x: number, y: number, dx: number, dy: number) => {
    let value = Math.imul(x, 374_761_393) ^ Math.imul(y, 668_265_263) ^ seed;
    value = Math.imul(value ^ (value >>> 13), 1_274_126_177);
    const angle = (((value ^ (value >>> 16)) >>> 0) / 4_294_967_296) * 2 * Math.PI;
    return Math.cos(angle) * dx + Math.sin(angle) * dy;
  };
  const ease = (t: number) => t * t * t * (t * (t * 6 - 15) + 10);
  const octave = (x: number, y: number) => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const [dx, dy] = [x - left, y - top];
    const [u, v] = [ease(dx), ease(dy)];
    const above = slope(left, top, dx, dy) * (1 - u) + slope(left + 1, top, dx - 1, dy) * u;
    const below = slope(left, top + 1, dx, dy - 1) * (1 - u) + slope(left + 1, top + 1, dx - 1, dy - 1) * u;
    return above * (1 - v) + below * v;
  };
  return (x, y) => {
    const sum = octave(x, y) + octave(x * 2 + 17, y * 2 + 9) * 0.42 + octave(x * 4 + 31, y * 4 + 47) * 0.14;
    return Math.min(1, Math.max(0, 0.5 + sum * 0.72));
  };
}
