/** What is kept of sessions: all folders, or the one that the hash names with its files and who took part. */
import type { FolderDetails, FolderInfo } from "../../schema/artifacts.ts";
import { find } from "../shared/dom.ts";
import { ask, enter, tellFailure } from "./ask.ts";
import { bytes, type Row, showFacts, showRows, time } from "./table.ts";

const pageSize = 100;
const more = find("more", HTMLButtonElement);
const folders: FolderInfo[] = [];

/** The next ones, below those that are shown. */
async function showMore(): Promise<void> {
  const path = `/ops/sessions?offset=${folders.length}&limit=${pageSize}`;
  const { total, sessions } = await ask<{ total: number; sessions: FolderInfo[] }>(path);
  folders.push(...sessions);
  more.hidden = folders.length >= total || sessions.length === 0;
  const rows = folders.map((folder) => ({
    key: folder.name,
    cells: [
      { text: folder.label || folder.name, href: `#${folder.name}` },
      folder.kind,
      time(folder.created),
      time(folder.lastLeft),
      folder.ended ? time(folder.ended) : "goes on",
      bytes(folder.bytes),
    ],
  }));
  showRows(
    find("folders", HTMLTableSectionElement),
    rows.length > 0 ? rows : [{ key: "", cells: ["Nothing is kept."] }],
  );
}

async function show(name: string): Promise<void> {
  const folder = await ask<FolderDetails>(`/ops/sessions/${encodeURIComponent(name)}`);
  showFacts(find("facts", HTMLDListElement), {
    Room: folder.key,
    Began: time(folder.created),
    "Last left": time(folder.lastLeft),
    Ended: folder.ended ? time(folder.ended) : "goes on",
    Size: bytes(folder.bytes),
    Id: folder.id,
    ...(folder.forkedFrom ? { "Forked from": folder.forkedFrom } : {}),
  });
  const files = folder.files.map((file): Row => {
    const href = `/ops/sessions/${encodeURIComponent(name)}/files/${file.path.split("/").map(encodeURIComponent).join("/")}`;
    const replay = { text: "Replay", href: `/monitor/replay#${name}/${file.path}` };
    const from = file.person ? { text: file.person, href: `/monitor/people#${file.person}` } : "";
    const isCapsule = file.path.endsWith(".capsule");
    return {
      key: file.path,
      cells: [{ text: file.path, href, isNew: true }, bytes(file.bytes), from, isCapsule ? replay : ""],
    };
  });
  showRows(find("files", HTMLTableSectionElement), files);
  const people = folder.participants.map(({ person, handle, first, last }) => ({
    key: person,
    cells: [handle, { text: person, href: `/monitor/people#${person}` }, time(first), time(last)],
  }));
  showRows(find("participants", HTMLTableSectionElement), people);
}

async function start(): Promise<void> {
  const name = decodeURIComponent(location.hash.slice(1));
  find("list", HTMLElement).hidden = name !== "";
  find("details", HTMLDivElement).hidden = name === "";
  if (name) find("heading", HTMLHeadingElement).textContent = name;
  await enter();
  await (name ? show(name) : showMore());
}

more.addEventListener("click", () => void showMore().catch(tellFailure));
addEventListener("hashchange", () => location.reload());
start().catch(tellFailure);
