/** The page of a recording: opens the one that its address names, and shows it with its controls. */
import type { Person } from "hereabouts/client";
import type { Capsule } from "../../schema/capsule.ts";
import { find, setText } from "../shared/dom.ts";
import { noticeOf } from "../shared/notice.ts";
import { applyPalette } from "../shared/palette.ts";
import { showNotice } from "../shared/toasts.ts";
import type { Camera } from "../world/camera.ts";
import { showTitle } from "../world/hud/plate.ts";
import { Scene } from "../world/scene.ts";
import { Stage } from "../world/stage.ts";
import { initDeck, showDeck } from "./deck.ts";
import { drawDensity } from "./density.ts";
import { Happenings } from "./happenings.ts";
import { initLooking } from "./look.ts";
import { initPeople, showPeople } from "./people.ts";
import { Playback } from "./playback.ts";
import { Failure, fetchRecording } from "./recording.ts";
import { View } from "./view.ts";
import { linesOf } from "./wording.ts";

declare global {
  interface Window {
    /** For tests and the curious: the recording, its clock, who is shown, and where it looks. */
    replay?: { capsule: Capsule; playback: Playback; people: ReadonlyMap<string, Person>; camera: Camera };
  }
}

const refreshMs = 200;
const canvas = find("canvas", HTMLCanvasElement);
const square = find("square", HTMLParagraphElement);
const panels = [...document.querySelectorAll<HTMLElement>(".plate, .side > .panel, .deck")];
/** What there is once there is something to replay. */
const hidden = [find("side", HTMLDivElement), find("deck", HTMLFormElement)];
const roomy = matchMedia("(min-width: 760px) and (min-height: 481px)");

async function start(): Promise<void> {
  setText(square, "opening the recording…");
  const { capsule, problem } = await fetchRecording(location.hash);
  const { slug, started } = capsule.header;
  const stage = new Stage(canvas, slug);
  const scene = new Scene<View>(stage);
  const playback = new Playback(capsule.durationMs);
  const view = new View(stage, capsule, playback);
  const lines = linesOf(capsule.events);
  const follow = (id: string) => view.follow(view.cast.followed === id ? undefined : id);
  const happenings = new Happenings(lines, ({ t, id }) => {
    playback.seek(t);
    if (id !== undefined) view.follow(id);
  });
  for (const part of hidden) part.hidden = false;
  showTitle(slug);
  initDeck(playback);
  initPeople(follow);
  initLooking(stage, view, follow);
  for (const part of document.querySelectorAll<HTMLDetailsElement>(".side details")) part.open = roomy.matches;
  const repaint = () => {
    applyPalette(stage.palette);
    drawDensity(lines, capsule.durationMs, stage.palette);
    measure(stage);
  };
  stage.onChange(repaint);
  scene.show(view);
  repaint();
  const watch = new ResizeObserver(() => measure(stage));
  for (const panel of panels) watch.observe(panel);
  const show = () => {
    showDeck(playback);
    requestAnimationFrame(show);
  };
  show();
  setInterval(() => {
    showPeople(view.cast.people);
    happenings.show(playback.t);
    // Sweden writes dates as logs do
    setText(square, new Date(started + playback.t).toLocaleString("sv"));
  }, refreshMs);
  if (problem) {
    const remedy = "The server may have stopped while it was written, or had no room left for it.";
    showNotice({ message: problem, remedy });
  }
  window.replay = { capsule, playback, people: view.cast.people, camera: stage.camera };
}

/** Where the controls lie: bubbles keep clear of them. */
function measure(stage: Stage): void {
  const { ratio } = stage.camera;
  stage.covered = panels.map((panel) => {
    const { left, top, right, bottom } = panel.getBoundingClientRect();
    return { left: left * ratio, top: top * ratio, right: right * ratio, bottom: bottom * ratio };
  });
  const [plate, ...side] = panels.map((panel) => panel.getBoundingClientRect());
  const deck = side.pop()!;
  // on a phone they lie over all of it while they are open
  const right = roomy.matches ? innerWidth - Math.min(...side.map(({ left }) => left)) : 12;
  stage.camera.insets = { top: plate!.bottom, right, bottom: innerHeight - deck.top, left: 12 };
}

addEventListener("hashchange", () => location.reload());
start().catch((error: unknown) => {
  setText(square, "nothing to replay");
  const notice = error instanceof Failure ? error.notice : noticeOf(error);
  showNotice(notice, { label: "Try again", run: () => location.reload() });
});
