/** Looking around in a replay: dragging the land, and a click on someone to follow them. */
import type { Stage } from "../world/stage.ts";
import type { View } from "./view.ts";

/** A shorter way than this is a click, in CSS pixels. */
const clickPx = 6;

export function initLooking({ canvas, camera }: Stage, view: View, follow: (id: string) => void): void {
  let from: { id: number; x: number; y: number; way: number } | undefined;
  canvas.addEventListener("pointerdown", ({ pointerId: id, offsetX: x, offsetY: y, button }) => {
    if (from || button !== 0) return;
    canvas.setPointerCapture(id);
    from = { id, x, y, way: 0 };
  });
  canvas.addEventListener("pointermove", ({ pointerId, offsetX, offsetY }) => {
    if (from?.id !== pointerId) return;
    const [dx, dy] = [from.x - offsetX, from.y - offsetY];
    from.way += Math.hypot(dx, dy);
    if (from.way >= clickPx) view.drag((dx * camera.ratio) / camera.scale, (dy * camera.ratio) / camera.scale);
    [from.x, from.y] = [offsetX, offsetY];
  });
  const release = ({ pointerId, offsetX, offsetY, type }: PointerEvent) => {
    if (from?.id !== pointerId) return;
    const isClick = type === "pointerup" && from.way < clickPx;
    from = undefined;
    const person = isClick ? view.at(camera.toWorld(offsetX, offsetY)) : undefined;
    if (person) follow(person.id);
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
}
