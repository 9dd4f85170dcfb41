/**
 * The page of a world: connects, joins the world its address names, and keeps the controls up to date.
 */
import { connect, type World } from "hereabouts/client";
import { Colors } from "../chat/colors.ts";
import { Sheet } from "../chat/sheet.ts";
import { find, setText } from "../shared/dom.ts";
import { initLook, showLook } from "../shared/look.ts";
import { noticeOf } from "../shared/notice.ts";
import { applyPalette } from "../shared/palette.ts";
import { storedLook, storedName } from "../shared/storage.ts";
import { showNotice } from "../shared/toasts.ts";
import { App, slugOfAddress } from "./app.ts";
import { initLink, showLink, showNoLink } from "./hud/link.ts";
import { initPicture } from "./hud/picture.ts";
import { showSquare, showTitle } from "./hud/plate.ts";
import { initRoster, showRoster } from "./hud/roster.ts";
import { focusSpeech, initSpeech } from "./hud/speech.ts";
import { initWatching, showWatching } from "./hud/watching.ts";
import { hasOwnPage } from "./ownPage.ts";
import { Stage } from "./stage.ts";
import { showInWorld } from "./talk.ts";

const refreshMs = 400;
const canvas = find("canvas", HTMLCanvasElement);
const plate = document.querySelector(".plate")!;
const roster = find("roster", HTMLDetailsElement);
const desk = find("desk", HTMLElement);
const tools = find("tools", HTMLDivElement);
const say = find("say", HTMLFormElement);
const toasts = find("toasts", HTMLDivElement);
const hint = find("hint", HTMLParagraphElement);
const opener = find("chat-open", HTMLButtonElement);
const hasTouch = matchMedia("(pointer: coarse)");

async function start(): Promise<void> {
  const slug = slugOfAddress();
  const stage = new Stage(canvas, slug);
  applyPalette(stage.palette);
  stage.onChange(() => applyPalette(stage.palette));
  showTitle(slug);
  const here = await connect(location.origin, { name: storedName() || undefined });
  const colors = new Colors();
  let app: App | undefined;
  const sheet = new Sheet({
    here,
    colors,
    said: (chat, line, isNow) => app && showInWorld(app, sheet, chat, line, isNow),
    done: () => canvas.focus(),
  });
  const world = await here.world(slug, { avatar: storedLook(), share: true });
  const picture = initPicture({
    take: () => app!.world.screenshot(canvas, app!.world.slug),
    fail: (error) => app!.fail(error),
  });
  app = new App({ stage, here, world, chats: sheet.chats.joined, speak: focusSpeech, picture });
  initControls(app);
  followLinks(app);
  const refresh = () => {
    refreshControls(app);
    if (colors.note(app.world.people.values())) sheet.repaint();
  };
  refresh();
  sheet.enter(slug);
  app.entered = () => {
    refresh();
    sheet.enter(app.world.slug);
  };
  setInterval(refresh, refreshMs);
  void app.along.resume(slug).then(refresh);
  const watch = new ResizeObserver(() => measure(stage));
  for (const panel of [canvas, plate, roster, toasts, hint, tools, say]) watch.observe(panel);
}

/** Where someone else is, one goes without loading the page, unless that world has a page of its own. */
function followLinks(app: App): void {
  find("chat", HTMLElement).addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a.where");
    const slug = link?.pathname.slice(1);
    if (!slug || hasOwnPage(slug) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void app.travel(slug, true);
  });
}

function initControls(app: App): void {
  const { fail } = app;
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
  initRoster({ follow: (person) => void app.along.toggle(person).then(() => refreshControls(app)) });
  initLink();
  initWatching(() => void app.world.play().catch(fail));
}

function refreshControls(app: App): void {
  const { world } = app;
  const { visit } = app.scene;
  if (!app.isTravelling || world.connection === "open") showLink(world);
  showRoster(world, app.along.person);
  showWatching(world.role === "spectator");
  if (world.me) showLook(world.me);
  if (visit) showSquare(visit.focus);
  showHint(app, world);
}

function showHint({ scene }: App, world: World): void {
  const lamp = world.role === "player" ? scene.visit?.nearLamp : undefined;
  const visit = scene.visit;
  hint.hidden = !lamp && !visit?.isNearRadio;
  if (!lamp) {
    const action = visit?.radio.isOn ? "switch it off" : "listen";
    setText(hint, hasTouch.matches ? `Tap the radio to ${action}` : `Radio: space to ${action}`);
    return;
  }
  const what = scene.visit!.lamps.isOn(lamp.key) ? "put it out" : "light it";
  setText(hint, hasTouch.matches ? `Tap the lamp to ${what}` : `Lamp: space to ${what}`);
}

/** Where the controls lie: the camera leaves room for them at the sheet's edges, bubbles keep clear of them. */
function measure(stage: Stage): void {
  const { camera } = stage;
  const below = canvas.getBoundingClientRect().bottom;
  camera.insets = {
    top: plate.getBoundingClientRect().bottom,
    right: 12,
    bottom: below - (tools.offsetParent ? tools : desk).getBoundingClientRect().top,
    left: 12,
  };
  stage.covered = [plate, roster, toasts, hint, tools, say, opener].map((panel) => {
    const { left, top, right, bottom } = panel.getBoundingClientRect();
    const { ratio } = camera;
    return { left: left * ratio, top: top * ratio, right: right * ratio, bottom: bottom * ratio };
  });
}

start().catch((error: unknown) => {
  showNotice(noticeOf(error), { label: "Try again", run: () => location.reload() });
  showNoLink();
});
