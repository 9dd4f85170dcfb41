/**
 * What the pages of pieces have in common: they join their world, show who one is and how many are here in their head, and
 * say what went wrong. The page has `#print`, `#here`, `#my-name` and the parts of look.html.
 */
import { connect, type PieceFace, type World } from "hereabouts/client";
import { Print } from "../gallery/print.ts";
import { announce } from "./announcer.ts";
import { find, setText } from "./dom.ts";
import { initLook, showLook } from "./look.ts";
import { noticeOf } from "./notice.ts";
import { goOnward } from "./onward.ts";
import { applyPalette, currentScheme, onSchemeChange, paletteOf } from "./palette.ts";
import { storedLook, storedName } from "./storage.ts";
import { showEnd, showNotice } from "./toasts.ts";

const refreshMs = 1000;

export interface PiecePage<F extends PieceFace> {
  readonly world: World<F>;
  /** Does something as the tab that plays, and tells why if it could not be done. */
  act(work: () => Promise<unknown>): Promise<void>;
}

/** Joins the piece, and hands over to the page. */
export function openPiece<F extends PieceFace>(slug: string, run: (page: PiecePage<F>) => unknown): void {
  const tint = () => applyPalette(paletteOf(slug, currentScheme()));
  tint();
  onSchemeChange(tint);
  const begin = async () => run(await join<F>(slug));
  begin().catch((error: unknown) => {
    showNotice(noticeOf(error), { label: "Try again", run: () => location.reload() });
  });
}

async function join<F extends PieceFace>(slug: string): Promise<PiecePage<F>> {
  const print = new Print(find("print", HTMLCanvasElement), slug);
  const here = await connect(location.origin, { name: storedName() || undefined });
  const world = await here.world<F>(slug, { avatar: storedLook(), share: true });
  window.hereabouts = { here, world: world as unknown as World, chats: new Map() };
  const fail = (error: unknown) => showNotice(noticeOf(error));
  const act = async (work: () => Promise<unknown>) => {
    try {
      if (world.role === "spectator") await world.play();
      await work();
    } catch (error) {
      fail(error);
    }
  };
  world.on("join", ({ person }) => announce.joined(person.name));
  world.on("leave", ({ person }) => announce.left(person.name));
  world.on("refused", fail);
  world.on("closed", ({ error }) => {
    if (error) showEnd(error);
  });
  goOnward(here, world);
  initLook({ change: (look) => void act(() => world.avatar(look)), rename: () => location.reload() });
  const refresh = () => {
    const { people } = world.counts;
    print.setPeople(people);
    setText(find("here", HTMLElement), people === 1 ? "you are alone here" : `${people} here`);
    if (!world.me) return;
    showLook(world.me);
    setText(find("my-name", HTMLElement), world.me.name);
  };
  refresh();
  setInterval(refresh, refreshMs);
  return { world, act };
}
