/**
 * World saves in the embedded database. Writes are gathered and written together every `flushMs`, and at `flush`; what was
 * not flushed when the process is killed is at most that old. Poses of those who did not come back for 90 days are
 * dropped at the next start.
 */
import type { Pose } from "../../schema/geometry.ts";
import { inTransaction, type Storage } from "../storage.ts";
import type { KeptProp, WorldSave, WorldSaves } from "./saves.ts";

const keepMs = 90 * 24 * 3600 * 1000;

type PropRow = { key: string; value: string; owner: string };

export function createSqliteSaves({ db }: Storage, onError: (error: unknown) => void, flushMs = 1000): WorldSaves {
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
  const props = new Map<string, { slug: string; key: string; prop: KeptProp | undefined }>();

  const write = () => {
    if (poses.size === 0 && props.size === 0) return;
    inTransaction(db, () => {
      const at = Date.now();
      for (const { slug, person, pose } of poses.values()) {
        putPose.run(slug, person, pose.x, pose.y, pose.z, pose.angle, at);
      }
      for (const { slug, key, prop } of props.values()) {
        if (prop?.saved) putProp.run(slug, key, prop.value, prop.owner);
        else deleteProp.run(slug, key);
      }
    });
    poses.clear();
    props.clear();
  };
  const timer = setInterval(() => {
    try {
      write();
    } catch (error) {
      onError(error);
    }
  }, flushMs);
  timer.unref();

  const propsOf = (slug: string): KeptProp[] => {
    const rows = getProps.all(slug) as unknown as PropRow[];
    const saved = new Map(rows.map(({ key, value, owner }) => [key, { key, value, owner, saved: true }]));
    for (const { slug: other, key, prop } of props.values()) {
      if (other !== slug) continue;
      if (prop?.saved) saved.set(key, prop as KeptProp & { saved: true });
      else saved.delete(key);
    }
    return [...saved.values()];
  };

  return {
    async open(slug): Promise<WorldSave> {
      return {
        keepsAll: false,
        props: propsOf(slug),
        prepare: async () => {},
        pose(person) {
          erased.delete(person);
          return poses.get(`${slug} ${person}`)?.pose ?? (getPose.get(slug, person) as unknown as Pose | undefined);
        },
        savePose(person, pose) {
          if (!erased.has(person)) poses.set(`${slug} ${person}`, { slug, person, pose: { ...pose } });
        },
        saveProp: (prop) => void props.set(`${slug} ${prop.key}`, { slug, key: prop.key, prop: { ...prop } }),
        dropProp: (key) => void props.set(`${slug} ${key}`, { slug, key, prop: undefined }),
        end() {},
      };
    },
    async erase(person) {
      erased.add(person);
      for (const [key, saved] of poses) if (saved.person === person) poses.delete(key);
      deletePoses.run(person);
    },
    flush: async () => write(),
    async close() {
      clearInterval(timer);
      write();
    },
  };
}
