/** The field: a place to walk and to meet. */
import { definePiece } from "./index.ts";

export default definePiece({
  slug: "field",
  bounds: { minX: -512, minY: -512, minZ: 0, maxX: 512, maxY: 512, maxZ: 64 },
  step: 1 / 16,
  maxSpeed: 320,
  start: { x: 0, y: 0 },
});
