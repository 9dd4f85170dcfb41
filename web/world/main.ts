/**
 * The page of a world: connects, joins the world its address names, and keeps the controls up to date.
 */
import { connect, type World } from "hereabouts/client";
import { applyPalette } from "../shared/palette.ts";
import { App, slugOfAddress } from "./app.ts";
import { find, setText } from "./hud/dom.ts";
import { initLook, showLook } from "./hud/look.ts";
import { initWatching, noticeOf, showNotice, showWatching } from "./hud/notices.ts";
import { showLink, showSquare, showTitle } from "./hud/plate.ts";
import { showRoster } from "./hud/roster.ts";
import { focusSpeech, initSpeech } from "./hud/speech.ts";
import { Stage } from "./stage.ts";
import { storedLook, storedName } from "./storage.ts";

const refreshMs = 400;
const canvas = find("canvas", HTMLCanvasElement);
const plate = document.querySelector(".plate")!;
const roster = find("roster", HTMLDetailsElement);
const tools = find("tools", HTMLDivElement);
const say = find("say", HTMLFormElement);
const toasts = find("toasts", HTMLDivElement);
const hint = find("hint", HTMLParagraphElement);
const hasTouch = matchMedia("(pointer: coarse)");

async function start(): Promise<void> {
  const slug = slugOfAddress();
  const stage = new Stage(canvas, slug);
  applyPalette(stage.palette);
  stage.onChange(() => applyPalette(stage.palette));
  showTitle(slug);
  const here = await connect(location.origin, { name: storedName() || undefined });
  const world = await here.world(slug, { avatar: storedLook(), share: true });
  const app = new App(stage, here, world, focusSpeech);
  const fail = app.fail;
  initSpeech({
    say: (text) =>
      app.world.say(text).then(
        () => true,
        (error) => {
          fail(error);
          return false;
        },
      ),
    emote: (emote) => void app.world.emote(emote).catch(fail),
    done: () => canvas.focus(),
  });
  initLook({
    change: (look) => void app.world.avatar(look).catch(fail),
    rename: () => location.reload(),
  });
  initWatching(() => void app.world.play().catch(fail));
  const refresh = () => refreshControls(app);
  refresh();
  app.entered = refresh;
  setInterval(refresh, refreshMs);
  const watch = new ResizeObserver(() => measure(stage));
  for (const panel of [plate, roster, toasts, hint, tools, say]) watch.observe(panel);
}

function refreshControls(app: App): void {
  const { world } = app;
  const { visit } = app.scene;
  if (!app.isTravelling || world.connection === "open") showLink(world);
  showRoster(world);
  showWatching(world.role === "spectator");
  if (world.me) showLook(world.me);
  if (visit) showSquare(visit.focus);
  showHint(app, world);
}

function showHint({ scene }: App, world: World): void {
  const lamp = world.role === "player" ? scene.visit?.nearLamp : undefined;
  hint.hidden = !lamp;
  if (!lamp) return;
  const what = scene.visit!.lamps.isOn(lamp.key) ? "put it out" : "light it";
  setText(hint, hasTouch.matches ? `Tap the lamp to ${what}` : `Lamp: space to ${what}`);
}

/** Where the controls lie: the camera leaves room for them at the sheet's edges, bubbles keep clear of them. */
function measure(stage: Stage): void {
  const { camera } = stage;
  camera.insets = {
    top: plate.getBoundingClientRect().bottom,
    right: 12,
    bottom: innerHeight - tools.getBoundingClientRect().top,
    left: 12,
  };
  stage.covered = [plate, roster, toasts, hint, tools, say].map((panel) => {
    const { left, top, right, bottom } = panel.getBoundingClientRect();
    const { ratio } = camera;
    return { left: left * ratio, top: top * ratio, right: right * ratio, bottom: bottom * ratio };
  });
}

start().catch((error: unknown) => {
  showNotice(noticeOf(error), { label: "Try again", run: () => location.reload() });
  setText(find("link-text", HTMLSpanElement), "not here");
  find("link", HTMLParagraphElement).dataset["state"] = "closed";
});
