/** The journey as a map of the music: each step where its track lies, from dark to bright and from calm to lively. */
import type { Journey } from "hereabouts/client";

const width = 480;
const height = 360;
const margin = 34;
const gridEvery = 40;
const labelLetters = 18;

type Tag = keyof SVGElementTagNameMap;

function draw<K extends Tag>(tag: K, attributes: Record<string, string | number>, text = ""): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.textContent = text;
  return element;
}

const place = ({ x, y }: { x: number; y: number }) => ({
  x: margin + ((Math.max(-1, Math.min(1, x)) + 1) / 2) * (width - 2 * margin),
  y: margin + ((1 - Math.max(-1, Math.min(1, y))) / 2) * (height - 2 * margin),
});

/** `back` is called with the number of a step that was clicked; without it steps cannot be clicked. */
export function showMap(map: SVGSVGElement, { steps, at }: Journey, back: ((step: number) => void) | undefined): void {
  map.replaceChildren(...grid(), ...axes());
  map.setAttribute("aria-label", `Map of the journey: ${steps.length} steps`);
  const points = steps.map(place);
  map.append(draw("path", { class: "path", d: pathThrough(points.slice(0, at + 1)) }));
  map.append(draw("path", { class: "path ahead", d: pathThrough(points.slice(at)) }));
  const here = points[at];
  if (here) showHere(map, here, steps[at]!.track.title);
  points.forEach((point, i) => {
    const kind = i === at ? "here" : i < at ? "past" : "ahead";
    const dot = draw("circle", { class: `dot ${kind}`, cx: point.x, cy: point.y, r: i === at ? 8 : 5 });
    dot.append(draw("title", {}, steps[i]!.track.title));
    if (back) dot.addEventListener("click", () => back(i));
    dot.classList.toggle("open", back !== undefined && i !== at);
    map.append(dot);
  });
}

function showHere(map: SVGSVGElement, here: { x: number; y: number }, title: string): void {
  const isRight = here.x > width / 2;
  map.append(draw("circle", { class: "ring", cx: here.x, cy: here.y, r: 14 }));
  const label = {
    class: "label",
    x: here.x + (isRight ? -20 : 20),
    y: here.y + 5,
    "text-anchor": isRight ? "end" : "start",
  };
  map.append(draw("text", label, shortened(title)));
}

/** What fits beside a point, on a phone too. */
function shortened(title: string): string {
  const letters = [...title];
  if (letters.length <= labelLetters) return title;
  return `${letters.slice(0, labelLetters - 1).join("")}…`;
}

function grid(): SVGElement[] {
  const lines: SVGElement[] = [];
  for (let x = gridEvery; x < width; x += gridEvery)
    lines.push(draw("path", { class: "grid", d: `M${x} 0V${height}` }));
  for (let y = gridEvery; y < height; y += gridEvery)
    lines.push(draw("path", { class: "grid", d: `M0 ${y}H${width}` }));
  return lines;
}

function axes(): SVGElement[] {
  const [left, right, middle] = [10, width - 10, height / 2];
  return [
    draw("text", { class: "axis", x: left, y: middle, "text-anchor": "start" }, "dark"),
    draw("text", { class: "axis", x: right, y: middle, "text-anchor": "end" }, "bright"),
    draw("text", { class: "axis", x: width / 2, y: 18, "text-anchor": "middle" }, "lively"),
    draw("text", { class: "axis", x: width / 2, y: height - 9, "text-anchor": "middle" }, "calm"),
  ];
}

/** A line that bends gently at each point. */
function pathThrough(points: readonly { x: number; y: number }[]): string {
  return points
    .map((point, i) => {
      const before = points[i - 1];
      if (!before) return `M${point.x} ${point.y}`;
      const bend = 0.16;
      const x = (before.x + point.x) / 2 + (point.y - before.y) * bend;
      const y = (before.y + point.y) / 2 - (point.x - before.x) * bend;
      return `Q${x} ${y} ${point.x} ${point.y}`;
    })
    .join("");
}
