/**
 * The inks a sheet is printed with, by land and colour scheme. Everything on the page, canvas and controls alike, takes
 * its colours from here, so that moving to another piece changes all of them at once.
 */
import { type Land, landOf } from "./lands.ts";

export type Scheme = "light" | "dark";

export type Palette = {
  readonly scheme: Scheme;
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  /** The one loud colour: "you are here". */
  readonly marker: string;
  readonly contour: string;
  readonly shore: string;
  readonly grid: string;
  readonly path: string;
  readonly pathEdge: string;
  readonly plot: string;
  readonly growth: string;
  readonly growthDeep: string;
  readonly bloom: string;
  readonly stone: string;
  readonly shade: string;
  readonly glow: string;
  /** Colour of the ground from `height` (0 to 1) on. */
  readonly ground: (height: number) => string;
  readonly water: (height: number) => string;
};

const tone = (lightness: number, chroma: number, hue: number, alpha = 1) =>
  `oklch(${lightness.toFixed(3)} ${chroma.toFixed(3)} ${hue.toFixed(0)} / ${alpha})`;

export function paletteOf(slug: string, scheme: Scheme): Palette {
  const land = landOf(slug);
  return scheme === "dark" ? night(land) : day(land);
}

function day({ hue, growth, chroma, bloom }: Land): Palette {
  return {
    scheme: "light",
    paper: tone(0.978, 0.008, hue),
    ink: tone(0.28, 0.035, hue + 60),
    faint: tone(0.47, 0.03, hue + 60),
    marker: tone(0.55, 0.215, 14),
    contour: tone(0.6, 0.09, 58, 0.42),
    shore: tone(0.55, 0.09, 238, 0.7),
    grid: tone(0.6, 0.1, 235, 0.2),
    path: tone(0.965, 0.02, 92),
    pathEdge: tone(0.5, 0.05, 70, 0.65),
    plot: tone(0.915, 0.062, 98, 0.8),
    growth: tone(0.61, 0.05 + chroma * 0.8, growth),
    growthDeep: tone(0.5, 0.04 + chroma * 0.75, growth + 8),
    bloom: tone(0.68, 0.15, bloom),
    stone: tone(0.8, 0.012, hue),
    shade: tone(0.3, 0.04, hue + 60, 0.22),
    glow: tone(0.91, 0.15, 88, 0.6),
    ground: (height) => tone(0.865 + height * 0.09, chroma * (1.25 - height * 0.5), hue),
    water: (height) => tone(0.76 + height * 0.14, 0.062 - height * 0.02, 232),
  };
}

function night({ hue, growth, chroma, bloom }: Land): Palette {
  return {
    scheme: "dark",
    paper: tone(0.2, 0.014, hue + 60),
    ink: tone(0.93, 0.014, hue),
    faint: tone(0.73, 0.02, hue),
    marker: tone(0.73, 0.165, 12),
    contour: tone(0.66, 0.07, 60, 0.26),
    shore: tone(0.66, 0.08, 238, 0.55),
    grid: tone(0.7, 0.08, 235, 0.12),
    path: tone(0.39, 0.02, 88),
    pathEdge: tone(0.68, 0.03, 80, 0.4),
    plot: tone(0.335, 0.04, 98, 0.8),
    growth: tone(0.47, 0.035 + chroma * 0.6, growth),
    growthDeep: tone(0.39, 0.03 + chroma * 0.55, growth + 8),
    bloom: tone(0.64, 0.11, bloom),
    stone: tone(0.46, 0.012, hue),
    shade: tone(0.1, 0.02, hue + 60, 0.45),
    glow: tone(0.84, 0.14, 82, 0.62),
    ground: (height) => tone(0.265 + height * 0.075, chroma * 0.55, (hue + growth) / 2 + 14),
    water: (height) => tone(0.235 + height * 0.07, 0.045, 242),
  };
}

/** Colours for CSS, as custom properties of the root element. */
export function applyPalette(palette: Palette): void {
  const style = document.documentElement.style;
  for (const name of ["paper", "ink", "faint", "marker", "grid", "growth", "shade"] as const) {
    style.setProperty(`--${name}`, palette[name]);
  }
  style.setProperty("--land", palette.ground(0.5));
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", palette.paper);
}

const darkQuery = matchMedia("(prefers-color-scheme: dark)");
const stillQuery = matchMedia("(prefers-reduced-motion: reduce)");

export const currentScheme = (): Scheme => (darkQuery.matches ? "dark" : "light");
export const prefersStillness = (): boolean => stillQuery.matches;
export const onSchemeChange = (listener: () => void): void => darkQuery.addEventListener("change", listener);
