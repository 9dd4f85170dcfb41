/** What `npm run sessions` prints for people: times of this machine's zone, sizes in units of 1024. */
import type { FolderDetails, FolderInfo } from "./artifacts.ts";
import type { Choice } from "./retention.ts";

export function listText(folders: readonly FolderInfo[], dataDir: string): string {
  if (folders.length === 0) return `There are no sessions in ${dataDir}.`;
  const rows = folders.map(({ name, label, created, lastLeft, ended, bytes }) => [
    name,
    label,
    timeText(created),
    lastLeft ? timeText(lastLeft) : "-",
    ended ? timeText(ended) : "lives",
    sizeText(bytes),
  ]);
  return table([["folder", "label", "created", "last left", "ended", "size"], ...rows]);
}

export function detailsText(details: FolderDetails, root: string): string {
  const { name, id, key, created, lastLeft, ended, bytes, participants, files, forkedFrom } = details;
  const facts = [
    ["folder", `${root}/${name}`],
    ["id", id || "(session.json cannot be read)"],
    ["room", key],
    ["created", timeText(created)],
    ["last left", lastLeft ? timeText(lastLeft) : "nobody left yet"],
    ["ended", ended ? timeText(ended) : "lives"],
    ["size", sizeText(bytes)],
    ...(forkedFrom === undefined ? [] : [["forked from", forkedFrom]]),
  ];
  const people = participants.map(({ handle, person, first, last }) => [
    handle,
    person,
    timeText(first),
    timeText(last),
  ]);
  const kept = files.map(({ path, bytes: size, person = "" }) => [path, sizeText(size), person]);
  const parts = [table(facts)];
  if (people.length > 0) parts.push(table([["participant", "id", "first seen", "last seen"], ...people]));
  if (kept.length > 0) parts.push(table([["file", "size", "sent by"], ...kept]));
  return parts.join("\n\n");
}

export function prunedText(pruned: readonly Choice[], isDry: boolean): string {
  const bytes = pruned.reduce((sum, choice) => sum + choice.bytes, 0);
  const said = `${isDry ? "Would remove" : "Removed"} ${pruned.length} folders, ${sizeText(bytes)}.`;
  if (pruned.length === 0) return said;
  const rows = pruned.map(({ name, bytes: size, why }) => [name, sizeText(size), why]);
  return `${table([["folder", "size", "why"], ...rows])}\n\n${said}`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] = bytes < 1 << 20 ? [bytes / 1024, "KB"] : [bytes / (1 << 20), "MB"];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

const timeText = (at: number) => (at ? new Date(at).toLocaleString("sv-SE") : "-");

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
