/**
 * The page of the chat `system`: the same chat as beside the worlds, with room to read. Whoever is on it is in the world
 * `chat`, which is the chat's own piece, and so is here.
 */
import { connect, type World } from "hereabouts/client";
import { Print } from "../gallery/print.ts";
import { damped } from "../shared/damped.ts";
import { find, setText } from "../shared/dom.ts";
import { initLook, showLook } from "../shared/look.ts";
import { noticeOf } from "../shared/notice.ts";
import { applyPalette, currentScheme, onSchemeChange, paletteOf } from "../shared/palette.ts";
import { storedLook, storedName } from "../shared/storage.ts";
import { setUnread } from "../shared/title.ts";
import { showNotice } from "../shared/toasts.ts";
import { Chats } from "./chats.ts";
import { Colors, repaint } from "./colors.ts";
import { Frame } from "./frame.ts";
import { unreadText } from "./wording.ts";

const instance = "system";
const piece = "chat";
const syncMs = 60;
const refreshMs = 1000;

const page = find("chat", HTMLElement);
const print = new Print(find("print", HTMLCanvasElement), piece);
const myName = find("my-name", HTMLElement);
const wide = matchMedia("(min-width: 760px)");
const hasTouch = matchMedia("(pointer: coarse)");
const fail = (error: unknown) => showNotice(noticeOf(error));

async function start(): Promise<void> {
  const here = await connect(location.origin, { name: storedName() || undefined });
  const colors = new Colors();
  const sync = damped(() => show(frame), syncMs);
  const chats = new Chats(here, { changed: sync, remembers: false });
  chats.open(instance);
  const frame = new Frame(chats.get(instance)!, {
    chats,
    colors,
    said: () => {},
    changed: sync,
    done: () => {},
    canLeave: false,
  });
  page.append(frame.element);
  document.addEventListener("visibilitychange", () => show(frame));
  const world = await here.world(piece, { avatar: storedLook(), share: true });
  window.hereabouts = { here, world, chats: chats.joined };
  initLook({
    change: (look) => void changeLook(world, look).catch(fail),
    rename: () => location.reload(),
  });
  const refresh = () => {
    if (colors.note(world.people.values())) repaint(page, colors);
    print.setPeople(world.counts.people);
    if (!world.me) return;
    showLook(world.me);
    setText(myName, world.me.name);
  };
  refresh();
  setInterval(refresh, refreshMs);
}

let hasOpened = false;

function show(frame: Frame): void {
  frame.sync();
  frame.setLookedAt(document.visibilityState === "visible");
  const { membership, reading } = frame.entry;
  if (membership.state !== "joined") return;
  setUnread(unreadText(reading.unread(membership.chat.lines)));
  if (hasOpened) return;
  hasOpened = true;
  frame.pane!.setPeople(wide.matches);
  if (!hasTouch.matches) frame.pane!.focus();
}

/** Another tab may be the one that plays: changing how one looks takes over from it. */
async function changeLook(world: World, look: { color?: string; face?: string }): Promise<void> {
  if (world.role === "spectator") await world.play();
  await world.avatar(look);
}

const tint = () => applyPalette(paletteOf(piece, currentScheme()));
tint();
onSchemeChange(tint);
start().catch((error: unknown) => {
  showNotice(noticeOf(error), { label: "Try again", run: () => location.reload() });
});
