/** Which canvas a picture is of, when it is taken, and what there is none of. */
import { afterEach, expect, it, vi } from "vitest";
import { type Canvas, pictureOf } from "./picture.ts";

afterEach(() => vi.unstubAllGlobals());

/** `shows` is what it gives as a picture. */
const canvas = (shows: string, side = 10) =>
  ({
    width: side,
    height: side,
    clientWidth: side,
    clientHeight: side,
    toBlob: (done: (blob: Blob) => void) => done(new Blob([shows])),
  }) as unknown as HTMLCanvasElement;
const textOf = async (picture: Promise<Blob>) => (await picture).text();

it("[SE2] a picture is of the canvas given, else of the page's largest", async () => {
  const canvases = [canvas("small", 5), canvas("large", 20), canvas("middle", 10)];
  vi.stubGlobal("document", { querySelectorAll: () => canvases });
  expect(await textOf(pictureOf(canvases[0]))).toBe("small");
  expect(await textOf(pictureOf())).toBe("large");
  const offscreen = { width: 1, height: 1, convertToBlob: async () => new Blob(["off"]) } as unknown as Canvas;
  expect(await textOf(pictureOf(offscreen))).toBe("off");
});

it("[SE2] a picture is taken when the next frame is drawn, or was not for a moment", async () => {
  let shows = "before";
  const changing = { ...canvas(""), toBlob: (done: (blob: Blob) => void) => done(new Blob([shows])) } as never;
  let draw = () => {};
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => (draw = frame));
  const picture = textOf(pictureOf(changing));
  shows = "drawn";
  draw();
  expect(await picture).toBe("drawn");
  vi.useFakeTimers();
  const hidden = textOf(pictureOf(changing));
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  expect(await hidden).toBe("drawn");
});

it("[SE2] where there is nothing to take a picture of it says so", async () => {
  const none = { code: "NO_PICTURE" };
  await expect(pictureOf()).rejects.toMatchObject(none);
  vi.stubGlobal("document", { querySelectorAll: () => [] });
  await expect(pictureOf()).rejects.toMatchObject(none);
  await expect(pictureOf(canvas("", 0))).rejects.toMatchObject(none);
  const lost = { ...canvas(""), toBlob: (done: (blob: Blob | null) => void) => done(null) } as never;
  await expect(pictureOf(lost)).rejects.toMatchObject(none);
  const tainted = { ...canvas(""), toBlob: () => throwTainted() } as never;
  await expect(pictureOf(tainted)).rejects.toMatchObject({ ...none, details: "(tainted)" });
});

function throwTainted(): never {
  throw new DOMException("tainted", "SecurityError");
}
