/**
 * `POST /session/:kind/:key/screenshots|files|devtools?name=`: what those who are in a room leave with its session (SE2).
 *
 * A session is named as its room is, and the last part is the folder that the file goes to, so that it is read again below
 * the same name (routes/opsSessions.ts). No other route has a path of that length that begins so, whatever a slug is.
 */
import type { Request, RequestHandler, Router } from "express";
import type { Config } from "../config.ts";
import { type KeptFile, mb, type StoredKind, storedKinds } from "../schema/artifacts.ts";
import { HereaboutsError } from "../schema/errors.ts";
import { parseSlug } from "../schema/slug.ts";
import type { Artifacts, Upload } from "../services/artifacts/artifacts.ts";
import type { Cluster } from "../services/cluster/cluster.ts";
import { know, within } from "../services/context.ts";
import { secretOf, type Tokens } from "../services/identity/tokens.ts";
import type { LifecycleBus } from "../services/lifecycle.ts";
import { LiveSessions } from "../services/liveSessions.ts";
import type { Log } from "../services/ops/log.ts";
import { networkOf, paceOfEach } from "../services/pace.ts";
import type { RoomKey } from "../services/presence/crowd.ts";
import type { Presence } from "../services/presence/presence.ts";
import { answerFrom } from "./answerFrom.ts";
import { bearerOf } from "./auth.ts";
import { type BodyLimits, bodyOf, letRunOut } from "./body.ts";
import { inContext } from "./context.ts";
import { refuseForeign } from "./crossSite.ts";
import { Peers } from "./peers.ts";
import { Slots } from "./slots.ts";

export interface ArtifactServices {
  readonly config: Config;
  readonly tokens: Tokens;
  readonly presence: Presence;
  readonly cluster: Cluster;
  readonly lifecycle: LifecycleBus;
  readonly artifacts: Artifacts;
  readonly log: Log;
}

const kinds = ["world", "chat", "audio"];
/** Guests are to be had for nothing: addresses less so. */
const perMinute = { person: 20, address: 120 };
const atOnce = { each: 2, all: 100 };
const slow = { idleMs: 10_000, wholeMs: 60_000 };

/** `limits` are for tests. */
export function artifactRoutes(router: Router, services: ArtifactServices, limits: Partial<BodyLimits> = {}): void {
  const { config, tokens, presence, cluster, lifecycle, artifacts, log } = services;
  const sessions = new LiveSessions(lifecycle);
  const asking = { cluster, peers: new Peers(secretOf(config), Date.now) };
  const checkPerson = paceOfEach(perMinute.person / 60, 60);
  const checkAddress = paceOfEach(perMinute.address / 60, 60);
  const slots = new Slots(atOnce);
  const bounds = { maxBytes: config.uploadMb * mb, ...slow, ...limits };

  const path = "/session/:kind/:key/:folder";

  router.post(path, letRunOut, passedOn(), inContext, refuseForeign(config));
  router.post(path, async (req, res, next) => {
    const { kind, folder } = req.params;
    if (!kinds.includes(kind) || !isStoredKind(folder)) return next();
    const room: RoomKey = `${kind}:${parseSlug(req.params.key)}`;
    const name = nameOf(req);
    const { person } = await tokens.verify(bearerOf(req));
    know({ person });
    checkPerson(person);
    checkAddress(networkOf(req.ip));
    if (presence.grounds(room, person).seats.length === 0) {
      throw new HereaboutsError("FORBIDDEN", "You hold no seat in this room.");
    }
    const free = slots.take(person);
    try {
      const home = cluster.own(room) ?? (await cluster.find(room));
      if (home && home.process !== cluster.id) return await answerFrom(asking, home.process, req, res);
      const file = await keep(room, { kind: folder, name, person, body: bodyOf(req, bounds) });
      res.status(201).json(file);
    } finally {
      free();
    }
  });

  async function keep(room: RoomKey, upload: Upload): Promise<KeptFile> {
    const session = sessions.of(room);
    const own = session && artifacts.folder(session.id);
    if (!own) throw new HereaboutsError("ARTIFACT_NOT_FOUND", "Nothing is kept of this room's session.");
    return within({ session: session.id, room }, `keep ${upload.kind}`, async () => {
      const { path, type, bytes } = await own.store(upload);
      log.debug({ room, person: upload.person, path, type, bytes }, "a file was kept");
      return { path, type, bytes, keptDays: config.artifactsDays };
    });
  }

  function passedOn(): RequestHandler {
    return cluster.isAlone ? (_req, _res, next) => next() : asking.peers.take;
  }
}

function isStoredKind(folder: string): folder is StoredKind {
  return (storedKinds as readonly string[]).includes(folder);
}

/** What it is called is the sender's choice, and shown; what of it reaches the disk is the folder's. */
function nameOf({ query }: Request): string {
  const { name = "" } = query;
  if (typeof name !== "string") throw new HereaboutsError("BAD_BODY", "It takes one ?name=.");
  return name;
}
