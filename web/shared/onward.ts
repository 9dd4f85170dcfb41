/**
 * How one goes on from a page that shows one world only, as those of pieces do: along with whom one follows, and where an
 * operator sends one. Each other world is another page, which goes on with the following and tells the reason.
 */
import type { Hereabouts, World } from "hereabouts/client";
import { Along } from "./along.ts";
import { noticeOf } from "./notice.ts";
import { storedLook } from "./storage.ts";
import { leaveNotice, showNotice } from "./toasts.ts";

/** The world that one came to last. */
export function newestOf({ joined }: Hereabouts): World | undefined {
  return [...joined.worlds.values()].at(-1);
}

/** Why one is somewhere else all at once. */
export const noticeOfMove = ({ slug, reason }: { slug: string; reason: string }) => ({
  message: `An operator brought you to ${slug}.`,
  remedy: `Their reason: ${reason}`,
});

/** Opens the page of a world where an operator sent one, once one is in it; where one may not go one stays. */
export async function openMoved(here: Hereabouts, moved: { slug: string; reason: string }): Promise<void> {
  try {
    await here.travel(moved.slug, { share: true, avatar: storedLook() });
    leaveNotice(noticeOfMove(moved));
    location.assign(`/${moved.slug}`);
  } catch (error) {
    showNotice(noticeOf(error));
  }
}

/** Of a page whose world is joined. */
export function goOnward(here: Hereabouts, world: Pick<World, "slug" | "on">): void {
  const { slug } = world;
  let close = () => {};
  const along = new Along({
    here,
    began: (who) => {
      const message = `You follow ${who}.`;
      close = showNotice({ message, remedy: "You go where they go." }, { label: "Stop", run: () => along.stop() });
    },
    arrived: () => {
      const next = newestOf(here);
      if (next && next.slug !== slug) location.assign(`/${next.slug}`);
    },
    ended: () => close(),
  });
  world.on("moved", (moved) => void openMoved(here, moved));
  void along.resume(slug);
}
