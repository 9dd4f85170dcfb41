/** Folders in a folder of the test's own, on a clock in its hand; nothing is written before it says so. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { LifecycleBus, type LiveSession } from "../../lifecycle.ts";
import { Folders, type FoldersOptions } from "../folders.ts";

export const start = Date.UTC(2026, 10, 21, 13, 5, 1);

export type RigOptions = Partial<FoldersOptions["config"]> &
  Pick<Partial<FoldersOptions>, "formats" | "channel" | "watch" | "meter">;

export function createRig({ formats, channel, watch, meter, ...settings }: RigOptions = {}) {
  const dataDir = settings.dataDir ?? mkdtempSync(join(tmpdir(), "hereabouts-artifacts-"));
  if (!settings.dataDir) onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const clock = { now: start };
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const bus = new LifecycleBus(onError);
  const folders = new Folders({
    config: { artifactsDays: 14, artifactsMb: 5000, sessionMb: 200, uploadMb: 5, ...settings, dataDir },
    channel: channel ?? { publish: async () => {}, listen: () => () => {} },
    ...(formats && { formats }),
    ...(watch && { watch }),
    ...(meter && { meter }),
    ...{ bus, onError, now: () => clock.now },
  });
  onTestFinished(() => folders.close());
  const root = join(dataDir, "sessions");
  return {
    ...{ dataDir, root, clock, errors, bus, folders },
    /** A session that began just now. */
    create(label = "Field", kind: LiveSession["kind"] = "world") {
      const session: LiveSession = { id: `${label}-id`, kind, key: `${kind}:${label}`, label, created: clock.now };
      bus.emit("session.created", { session });
      const folder = folders.folder(session.id)!;
      const who = (person: string) => ({ as: "room" as const, person, handle: `h-${person}`, connection: "c" });
      return {
        ...{ session, folder, dir: join(root, folder.name) },
        join: (person: string) => bus.emit("session.joined", { session, who: who(person) }),
        leave: (person: string) => bus.emit("session.left", { session, who: who(person) }),
        remove: (reason = "empty") => bus.emit("session.removed", { session, reason }),
      };
    },
    /** Paths below the sessions' folder, but for what says who writes. */
    paths: () =>
      (existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : [])
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
        .filter((path) => !path.startsWith("."))
        .sort(),
    read: (folder: string, file: string) => readFileSync(join(root, folder, file), "utf8"),
    manifest: (folder: string) => JSON.parse(readFileSync(join(root, folder, "session.json"), "utf8")),
  };
}
