/**
 * What a world keeps over its end: each person's last pose in it, and the props it was told to save.
 *
 * Writes are gathered and written together every `flushMs`, and at `flush`; what was not flushed when the process is
 * killed is at most that old. Poses of those who did not come back
 * for 90 days are dropped at the next start.
 */
import type { Pose } from "../schema/geometry.ts";
import { inTransaction, type Storage } from "./storage.ts";

export type SavedProp = { key: string; value: string; owner: string };

export interface WorldSaves {
  pose(slug: string, person: string): Pose | undefined;
  savePose(slug: string, person: string, pose: Pose): void;
  props(slug: string): SavedProp[];
  saveProp(slug: string, prop: SavedProp): void;
  dropProp(slug: string, key: string): void;
  /** Forgets where a person was, everywhere (ID5), and keeps no pose of theirs again until they next come to a world. */
  erase(person: string): void;
  flush(): void;
  close(): void;
}

const keepMs = 90 * 24 * 3600 * 1000;

export function createWorldSaves({ db }: Storage, onError: (error: unknown) => void, flushMs = 1000): WorldSaves {
  db.exec(`
    CREATE TABLE IF NOT EXISTS poses (
      slug TEXT, person TEXT, x REAL, y REAL, z REAL, angle REAL, at INTEGER, PRIMARY KEY (slug, person)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS props (
      slug TEXT, key TEXT, value TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (slug, key)) WITHOUT ROWID;
  `);
  db.prepare("DELETE FROM poses WHERE at < ?").run(Date.now() - keepMs);
  const getPose = db.prepare("SELECT x, y, z, angle FROM poses WHERE slug = ? AND person = ?");
  const putPose = db.prepare("INSERT OR REPLACE INTO poses VALUES (?, ?, ?, ?, ?, ?, ?)");
  const deletePoses = db.prepare("DELETE FROM poses WHERE person = ?");
  const getProps = db.prepare("SELECT key, value, owner FROM props WHERE slug = ?");
  const putProp = db.prepare("INSERT OR REPLACE INTO props VALUES (?, ?, ?, ?)");
  const deleteProp = db.prepare("DELETE FROM props WHERE slug = ? AND key = ?");

  const poses = new Map<string, { slug: string; person: string; pose: Pose }>();
  const erased = new Set<string>();
  const props = new Map<string, { slug: string; key: string; prop: SavedProp | undefined }>();

  const flush = () => {
    if (poses.size === 0 && props.size === 0) return;
    inTransaction(db, () => {
      const at = Date.now();
      for (const { slug, person, pose } of poses.values()) {
        putPose.run(slug, person, pose.x, pose.y, pose.z, pose.angle, at);
      }
      for (const { slug, key, prop } of props.values()) {
        if (prop) putProp.run(slug, key, prop.value, prop.owner);
        else deleteProp.run(slug, key);
      }
    });
    poses.clear();
    props.clear();
  };
  const timer = setInterval(() => {
    try {
      flush();
    } catch (error) {
      onError(error);
    }
  }, flushMs);
  timer.unref();

  return {
    pose(slug, person) {
      erased.delete(person);
      return poses.get(`${slug} ${person}`)?.pose ?? (getPose.get(slug, person) as unknown as Pose | undefined);
    },
    savePose(slug, person, pose) {
      if (!erased.has(person)) poses.set(`${slug} ${person}`, { slug, person, pose: { ...pose } });
    },
    props(slug) {
      const saved = new Map((getProps.all(slug) as unknown as SavedProp[]).map((prop) => [prop.key, prop]));
      for (const { slug: other, key, prop } of props.values()) {
        if (other !== slug) continue;
        if (prop) saved.set(key, prop);
        else saved.delete(key);
      }
      return [...saved.values()];
    },
    saveProp: (slug, prop) => void props.set(`${slug} ${prop.key}`, { slug, key: prop.key, prop }),
    dropProp: (slug, key) => void props.set(`${slug} ${key}`, { slug, key, prop: undefined }),
    erase(person) {
      erased.add(person);
      for (const [key, saved] of poses) if (saved.person === person) poses.delete(key);
      deletePoses.run(person);
    },
    flush,
    close() {
      clearInterval(timer);
      flush();
    },
  };
}
