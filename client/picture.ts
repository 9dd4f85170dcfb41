/** A picture of what a canvas shows, taken once its next frame was drawn. */
import { HereaboutsError } from "../schema/errors.ts";

/** What a picture can be taken of. */
export type Canvas = HTMLCanvasElement | OffscreenCanvas;

/** Where nothing is drawn, as in a tab in the background, it is as it was. */
const drawnMs = 250;

/** As PNG, of the page's largest canvas if none is given. Throws NO_PICTURE. */
export async function pictureOf(canvas: Canvas | undefined = largestCanvas()): Promise<Blob> {
  if (!canvas || canvas.width === 0 || canvas.height === 0) throw new HereaboutsError("NO_PICTURE");
  await nextFrame();
  try {
    // at once: WebGL forgets what it drew when the frame is over
    const picture = await ("convertToBlob" in canvas
      ? canvas.convertToBlob({ type: "image/png" })
      : new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png")));
    if (picture) return picture;
  } catch (cause) {
    throw new HereaboutsError("NO_PICTURE", `(${(cause as Error).message})`, { cause });
  }
  throw new HereaboutsError("NO_PICTURE", "The canvas is too large, or lost its context.");
}

function largestCanvas(): Canvas | undefined {
  if (typeof document === "undefined") return undefined;
  const area = (canvas: HTMLCanvasElement) => canvas.clientWidth * canvas.clientHeight;
  return [...document.querySelectorAll("canvas")].sort((a, b) => area(b) - area(a))[0];
}

/** Resolves after whatever draws in frames has drawn the next one. */
function nextFrame(): Promise<void> {
  if (typeof requestAnimationFrame === "undefined") return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, drawnMs);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
