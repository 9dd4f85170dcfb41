/**
 * What `npm run new-piece` writes: a page in the look of the others, a server side, and a test. All of it is for changing.
 * A game's is in game.ts.
 */

export interface TemplateOptions {
  slug: string;
  hasServer: boolean;
}

/** Path from the root of the repository, and text, of each file. */
export function filesOf(options: TemplateOptions): Record<string, string> {
  const { slug, hasServer } = options;
  return {
    [`web/${slug}.html`]: html({
      slug,
      label: "Everyone here. Arrow keys move you.",
      below: hasServer
        ? `<p><button id="ring" class="button" type="button">Ring</button> <span id="rung" role="status"></span></p>`
        : "",
    }),
    [`web/${slug}/main.ts`]: main(options),
    [`web/${slug}/${slug}.css`]: css,
    ...(hasServer ? { [`pieces/${slug}.ts`]: server(slug) } : {}),
    [`test/${slug}.test.ts`]: test(options),
  };
}

/** `label` names the canvas; `below` is what stands under it. */
export const html = ({ slug, label, below }: { slug: string; label: string; below: string }) => `<!doctype html>
<html lang="en">
  <head>
    <!-- include ./shared/head.html -->
    <title>${slug} · hereabouts</title>
    <link rel="stylesheet" href="./shared/plain.css" />
    <link rel="stylesheet" href="./${slug}/${slug}.css" />
    <script type="module" src="./${slug}/main.ts"></script>
  </head>
  <body>
    <header>
      <div class="plate panel">
        <!-- include ./shared/mark.html -->
        <h1>${slug}</h1>
        <p id="here" role="status">…</p>
      </div>
    </header>
    <main>
      <!-- biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the arrow keys are for the canvas, not for reading on -->
      <canvas id="scene" class="panel" tabindex="0" role="application" aria-label="${label}"></canvas>${below && `\n      ${below}`}
    </main>
    <div id="toasts" class="toasts"></div>
    <noscript>This piece needs JavaScript.</noscript>
  </body>
</html>
`;

const main = ({
  slug,
  hasServer,
}: TemplateOptions) => `/** The page of the piece \`${slug}\`: everyone is a dot, moved by pointer, finger or arrow keys. */
import { connect, type World } from "hereabouts/client";
${hasServer ? `import type { Server } from "../../pieces/${slug}.ts";\n` : ""}import { find, setText } from "../shared/dom.ts";
import { noticeOf } from "../shared/notice.ts";
import { goOnward } from "../shared/onward.ts";
import { storedLook, storedName } from "../shared/storage.ts";
import { showNotice } from "../shared/toasts.ts";

const slug = "${slug}";
const stepUnits = 12;
const steps: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const firstFrameMs = 500;

const canvas = find("scene", HTMLCanvasElement);
const pen = canvas.getContext("2d")!;

async function start(): Promise<void> {
  const here = await connect(location.origin, { name: storedName() || undefined });
  const world = await here.world${hasServer ? "<Server>" : ""}(slug, { avatar: storedLook(), share: true });
  window.hereabouts = { here, world: world${hasServer ? " as World" : ""}, chats: new Map() };
  goOnward(here, world);
  world.on("refused", (error) => showNotice(noticeOf(error)));
  // whoever was here before gets their place back with the first frame
  setTimeout(() => {
    if (!world.me?.placed) world.moveTo({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 });
  }, firstFrameMs);

  canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => world.moveTo({ x: offsetX, y: offsetY }));
  canvas.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const { x, y } = world.me ?? { x: 0, y: 0 };
    world.moveTo({ x: x + step[0] * stepUnits, y: y + step[1] * stepUnits });
  });
${
  hasServer
    ? `
  const showRung = () => setText(find("rung", HTMLElement), \`rung \${world.piece.rung} times\`);
  showRung();
  world.on("piece", showRung);
  find("ring", HTMLButtonElement).addEventListener("click", () => {
    world.ask("ring", null).catch((error: unknown) => showNotice(noticeOf(error)));
  });
`
    : ""
}
  requestAnimationFrame(function frame() {
    draw(world${hasServer ? " as World" : ""});
    requestAnimationFrame(frame);
  });
}

function draw(world: World): void {
  setText(find("here", HTMLElement), \`\${world.counts.people} here\`);
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  const ink = getComputedStyle(canvas).color;
  for (const person of world.people.values()) {
    if (!person.placed) continue;
    pen.globalAlpha = person.status === "here" ? 1 : 0.4;
    pen.fillStyle = person.avatar.color || ink;
    pen.beginPath();
    pen.arc(person.x, person.y, 8, 0, 7);
    pen.fill();
    pen.fillStyle = ink;
    pen.font = "14px sans-serif";
    pen.fillText(person.bubble ?? person.name, person.x + 12, person.y + 5);
  }
}

start().catch((error: unknown) => {
  showNotice(noticeOf(error), { label: "Try again", run: () => location.reload() });
});
`;

export const css = `/* The scene below the head of the page. */

main {
  flex: 1;
  display: flex;
  flex-direction: column;
  padding: 16px;
}

#scene {
  flex: 1;
  width: 100%;
  min-height: 300px;
  touch-action: none;
}
`;

/** What a server side imports; apart, so that it is no import of this file. */
const pieces = "./index.ts";

const server = (slug: string) => `/** The server side of \`${slug}\`: a bell that counts how often it was rung. */
import { z } from "zod";
import { definePiece, type FaceOf } from "${pieces}";

const piece = definePiece({
  slug: "${slug}",
  maxSpeed: 2000, // units a second
  state: z.object({ rung: z.int().default(0) }),
  savesState: true,
  messages: { ring: z.null() },
  on: {
    ring(world, person) {
      world.state.rung++;
      world.say(\`\${person.name} rang.\`);
      return { rung: world.state.rung };
    },
  },
});

export default piece;
export type Server = FaceOf<typeof piece>;
`;

const test = ({ slug, hasServer }: TemplateOptions) => `/** The piece \`${slug}\`, as two people have it. */
import { afterAll, beforeAll, expect, it } from "vitest";
${hasServer ? `import type { Server } from "../pieces/${slug}.ts";\n` : ""}import { createTestSite, type TestSite, until } from "../testing/index.ts";

let site: TestSite;
beforeAll(async () => {
  site = await createTestSite();
});
afterAll(() => site?.close());

it("shows where the others are", async () => {
  const ada = await (await site.connect("Ada")).world("${slug}");
  const bob = await (await site.connect("Bob")).world("${slug}");
  ada.moveTo({ x: 10, y: 20 });
  const seen = await until(() => bob.people.get(ada.me!.id));
  await until(() => seen.x === 10 && seen.y === 20);
  expect(seen.name).toBe("Ada");
});
${
  hasServer
    ? `
it("counts how often it was rung, for everyone", async () => {
  const ada = await (await site.connect("Ada")).world<Server>("${slug}");
  const bob = await (await site.connect("Bob")).world<Server>("${slug}");
  expect(await ada.ask("ring", null)).toEqual({ rung: 1 });
  await until(() => bob.piece.rung === 1);
});
`
    : ""
}`;
