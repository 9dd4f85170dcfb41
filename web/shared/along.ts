/**
 * Going along with someone from world to world: begun and ended by a button, and told of where it ends by itself. A page
 * that is loaded anew goes on with it, and so does the page of the world to which one came along.
 */
import type { FollowEnd, Following, Hereabouts, Person } from "hereabouts/client";
import { handOver, takeOver } from "./handover.ts";
import type { Notice } from "./notice.ts";
import { codeOf, noticeOf } from "./notice.ts";
import { storedLook } from "./storage.ts";
import { leaveNotice, showNotice, shownMs } from "./toasts.ts";

export interface AlongOptions {
  here: Hereabouts;
  /** One goes along with someone of this name from now on. */
  began: (who: string) => void;
  /** One is in another world by now. */
  arrived: () => void;
  ended?: () => void;
}

/** As a page leaves it to the next one: `slug` is of the world that it was in. */
type Left = { person: string; who: string; slug: string };

const leftKey = "hereabouts-along";
/** So long the server knows of a tab that it may ask for someone who has gone on meanwhile. */
const withinMs = 15_000;
const endOf: Readonly<Record<string, FollowEnd>> = {
  PERSON_NOT_FOUND: "left",
  NOT_SHARED: "hidden",
  FOLLOW_CYCLE: "cycle",
};

export class Along {
  readonly #options: AlongOptions;
  #following: Following | undefined;
  #who = "";
  /** Why it is over, for as long as it is shown. */
  #end: { notice: Notice; until: number } | undefined;

  constructor(options: AlongOptions) {
    this.#options = options;
    addEventListener("pagehide", () => this.#leave());
  }

  /** Id of whom one goes along with. */
  get person(): string | undefined {
    return this.#following?.ended ? undefined : this.#following?.person;
  }

  stop(): void {
    this.#following?.stop();
  }

  async toggle({ id, name, handle }: Pick<Person, "id" | "name" | "handle">): Promise<void> {
    if (this.person === id) {
      this.stop();
      return;
    }
    try {
      await this.#follow(id, name || handle);
    } catch (error) {
      showNotice(noticeOf(error));
    }
  }

  /** Goes on where the page before was as it ended, if that was in this world; where that cannot be, tells so. */
  async resume(world: string): Promise<void> {
    const left = takeOver(leftKey);
    if (!left || !isLeft(left.value) || left.value.slug !== world) return;
    const { person, who } = left.value;
    const message = messageOfEnd(who);
    if (left.ageMs > withinMs) {
      showNotice({ message, remedy: "This page took too long to open." });
      return;
    }
    try {
      await this.#follow(person, who);
    } catch (error) {
      showNotice(noticeOfEnd(endOf[codeOf(error) ?? ""] ?? "refused", who, error)!);
    }
  }

  async #follow(person: string, who: string): Promise<void> {
    const { here, began, arrived, ended } = this.#options;
    const following = await here.follow(person, { share: true, avatar: storedLook() });
    [this.#following, this.#who] = [following, who];
    following.on("arrived", arrived);
    following.on("ended", ({ reason, error }) => {
      const notice = noticeOfEnd(reason, who, error);
      if (notice) {
        showNotice(notice);
        this.#end = { notice, until: performance.now() + shownMs };
      }
      ended?.();
    });
    began(who);
    arrived();
  }

  /** One who went elsewhere alone, by a link, is there in another world than this says, and stays alone. */
  #leave(): void {
    const { person } = this;
    // it may have ended while the next page was asked for
    if (this.#end && performance.now() < this.#end.until) leaveNotice(this.#end.notice);
    const slug = [...this.#options.here.joined.worlds.keys()].at(-1);
    if (person && slug) handOver(leftKey, { person, who: this.#who, slug } satisfies Left);
  }
}

function isLeft(value: unknown): value is Left {
  const { person, who, slug } = (value ?? {}) as Record<string, unknown>;
  return [person, who, slug].every((field) => typeof field === "string");
}

const messageOfEnd = (who: string) => `You do not follow ${who} any more.`;

/** Nothing where one did it oneself. */
function noticeOfEnd(reason: FollowEnd, who: string, error: unknown): Notice | undefined {
  const message = messageOfEnd(who);
  switch (reason) {
    case "stopped":
    case "travelled":
      return undefined;
    case "left":
      return { message, remedy: "They left." };
    case "hidden":
      return { message, remedy: "They do not share where they are." };
    case "cycle":
      return { message, remedy: "They follow you." };
    case "refused":
      return { message, remedy: noticeOf(error).message };
    case "lost":
      return { message, remedy: "Nothing tells any more where they are." };
    default:
      return reason satisfies never;
  }
}
