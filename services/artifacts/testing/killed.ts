/**
 * A process for tests that is killed: keeps lines, files and recordings of sessions that come and go, and tells its parent
 * of each file and line that is on the disk for certain.
 */
import { LifecycleBus, type LiveSession } from "../../lifecycle.ts";
import { Folders } from "../folders.ts";
import { inPieces } from "./sent.ts";

const [dataDir = ""] = process.argv.slice(2);
const onError = (error: unknown) => process.send!({ error: String(error) });
const bus = new LifecycleBus(onError);
const folders = new Folders({
  config: { dataDir, artifactsDays: 14, artifactsMb: 5000, sessionMb: 200, uploadMb: 5 },
  channel: { publish: async () => {}, listen: () => () => {} },
  ...{ bus, onError, now: Date.now },
});
folders.begin();
const frame = Buffer.alloc(417);
frame.writeUInt32BE(0xfffb9000);
const frames = Buffer.concat(Array.from({ length: 38 }, () => frame));
const who = { as: "room", person: "adaadaadaadaada1", handle: "ada" } as const;

process.send!({ isUp: true });
for (let round = 0; ; round++) {
  const session: LiveSession = { id: `s-${round}`, kind: "world", key: "world:s", label: "s", created: Date.now() };
  bus.emit("session.created", { session });
  bus.emit("session.joined", { session, who });
  const folder = folders.folder(session.id)!;
  const recording = folder.record("audio", "mp3");
  for (let n = 0; n < 300; n++) {
    folder.log(n % 3 ? "server" : "browser", JSON.stringify({ n, text: "ü".repeat(n) }));
    recording?.write(frames);
    if (n % 20 === 0) {
      const upload = { kind: "files", name: "x", body: inPieces("a".repeat(5000)), person: who.person } as const;
      const { path } = await folder.store(upload);
      process.send!({ stored: `${folder.name}/${path}` });
    }
    if (n % 100 === 50) {
      await folders.flush();
      process.send!({ flushed: { folder: folder.name, n } });
    }
  }
  bus.emit("session.removed", { session, reason: "empty" });
  if (round % 2) await folders.flush();
}
