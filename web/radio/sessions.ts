/** Which session this page is tuned to: its name, whom it follows, links to it, those there are, and making one. */
import type { AudioPlayer, AudioSession } from "hereabouts/client";
import { announce } from "../shared/announcer.ts";
import { find, make, setText } from "../shared/dom.ts";
import { setTitle } from "../shared/title.ts";
import { copy } from "./copy.ts";
import { audienceText } from "./wording.ts";

const listMs = 5000;

const title = find("title", HTMLHeadingElement);
const audience = find("audience", HTMLParagraphElement);
const following = find("following", HTMLParagraphElement);
const form = find("create", HTMLFormElement);
const nameInput = find("name", HTMLInputElement);
const invite = find("invite", HTMLParagraphElement);
const inviteCommand = find("invite-command", HTMLButtonElement);
const inviteFollow = find("invite-follow", HTMLButtonElement);
const list = find("list", HTMLUListElement);

export function initSessions(audio: AudioPlayer, fail: (error: unknown) => void): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = nameInput.value.trim() || nameInput.placeholder;
    audio.create(name).then(() => {
      nameInput.value = "";
    }, fail);
  });
  const target = () => audio.session.following ?? audio.session;
  inviteCommand.addEventListener("click", () => copy(inviteCommand, `${location.origin}/session/${target().id}`));
  inviteFollow.addEventListener("click", () => copy(inviteFollow, `${location.origin}/session/follow/${target().id}`));
  list.addEventListener("click", (event) => {
    const link = (event.target as Element).closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    audio.tune(link.dataset["id"]).catch(fail);
  });
  addEventListener("popstate", () => void audio.tune(sessionOfAddress() ?? "master").catch(fail));
  audio.on("session", (session) => showSession(session));
  audio.on("listeners", () => showAudience(audio));
  showSession(audio.session);
  showAudience(audio);
  const showList = () => document.visibilityState === "visible" && void listSessions(audio.session.id).catch(() => {});
  showList();
  setInterval(showList, listMs);
  audio.on("session", showList);
}

/** The id or name that the address names; undefined on /radio. */
export function sessionOfAddress(): string | undefined {
  const [, id] = /^\/session\/([^/]+)$/.exec(location.pathname) ?? [];
  return id === undefined ? undefined : decodeURIComponent(id);
}

function showSession({ id, name, type, following: followed }: AudioSession): void {
  const label = type === "master" ? "radio" : name || "a session";
  if (title.textContent !== label) announce.note(`You are tuned to ${label}`);
  setText(title, label);
  setTitle(`${label} · hereabouts`);
  following.hidden = followed === undefined;
  setText(following, followed ? `FOLLOWING: ${followed.name}` : "");
  invite.hidden = type === "master";
  inviteCommand.hidden = type === "follower";
  const path = type === "master" ? "/radio" : `/session/${id}`;
  if (location.pathname !== path || location.search)
    history[sessionOfAddress() ? "pushState" : "replaceState"](null, "", path);
}

function showAudience({ listeners, followers }: AudioPlayer): void {
  setText(audience, audienceText(listeners, followers));
}

type Listed = { sessionId: string; type: string; clients: number };

async function listSessions(current: string): Promise<void> {
  const response = await fetch("/api/session/list");
  const { sessions } = (await response.json()) as { sessions: Listed[] };
  const shown = sessions.filter(({ type }) => type !== "follower").slice(0, 12);
  const items = shown.map(({ sessionId, type, clients }) => {
    const item = make("li");
    const link = make("a", "", type === "master" ? "radio" : sessionId.replace(/-[a-z2-7]{26}$/, ""));
    link.href = `/session/${sessionId}`;
    link.dataset["id"] = sessionId;
    if (sessionId === current) link.setAttribute("aria-current", "page");
    item.append(link, make("span", "note", `${clients} tuned in`));
    return item;
  });
  if (!list.contains(document.activeElement)) list.replaceChildren(...items);
}
