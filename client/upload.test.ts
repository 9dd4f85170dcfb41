/** What is asked of the server for a file, and what is thrown where it says no. */
import { afterEach, expect, it, vi } from "vitest";
import { HereaboutsError } from "../schema/errors.ts";
import { uploadTo } from "./upload.ts";

afterEach(() => vi.unstubAllGlobals());

let token = "first";
const upload = uploadTo(
  "http://here",
  () => "world:field",
  () => token,
);

function answerWith(status: number, body: unknown) {
  const asked = vi.fn(async (_url: string, _init: RequestInit) => Response.json(body, { status }));
  vi.stubGlobal("fetch", asked);
  return asked;
}

it("[SE2] sends bytes as they are, with a name and the token of the moment", async () => {
  const kept = { path: "files/words-1.txt", type: "text/plain", bytes: 5, keptDays: 14 };
  const asked = answerWith(201, kept);
  expect(await upload("words")).toEqual(kept);
  token = "second";
  await upload(new File(["x"], "a b&c.png"), { kind: "screenshots" });
  await upload(new Uint8Array(3), { name: "🦔\ud800/..", kind: "devtools" });
  await upload("x", { name: "🦔".repeat(9000) });
  const urls = asked.mock.calls.map(([url]) => new URL(url));
  const paths = ["files", "screenshots", "devtools", "files"].map((folder) => `/session/world/field/${folder}`);
  expect(urls.map(({ pathname }) => pathname)).toEqual(paths);
  expect(urls.map(({ searchParams }) => searchParams.get("name")).slice(0, 3)).toEqual([
    "",
    "a b&c.png",
    "🦔\ufffd/..",
  ]);
  expect(urls[3]!.href.length).toBeLessThan(4000);
  const headers = asked.mock.calls.map(([, init]) => new Headers(init.headers).get("authorization"));
  expect(headers).toEqual(["Bearer first", "Bearer second", "Bearer second", "Bearer second"]);
});

it("[SE2] throws what the server refuses, by its code", async () => {
  answerWith(429, { code: "TOO_FAST", message: "", remedy: "", retryAfterMs: 3000 });
  await expect(upload("words")).rejects.toMatchObject({ code: "TOO_FAST", retryAfterMs: 3000 });
  answerWith(502, "a proxy's page");
  await expect(upload("words")).rejects.toMatchObject({ code: "UNREACHABLE" });
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("network")));
  await expect(upload("words")).rejects.toBeInstanceOf(HereaboutsError);
});
