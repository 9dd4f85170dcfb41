/** Making, following, listing and ending audio sessions (AU2), and the pages that do so by their address. */
import { json, type Request, type Router } from "express";
import type { z } from "zod";
import { type SessionInfo, sessionBodies } from "../../schema/audio.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { validate } from "../../schema/validate.ts";
import type { OpenStream } from "../../services/audio/stream/stream.ts";
import type { Identity } from "../../services/identity/person.ts";
import { paceOfEach } from "../../services/pace.ts";
import { mayCommand } from "../../services/sessions/commands.ts";
import type { AudioSession } from "../../services/sessions/session.ts";
import { type Asking, askOthers } from "../ask.ts";
import { audited } from "../audited.ts";
import { refuseForeign } from "../crossSite.ts";
import { type AudioServices, answerOf, bindCookie, followed, identityOf, makerOf, sessionOf, urlsOf } from "./asked.ts";

export function manageRoutes(router: Router, services: AudioServices, asking: Asking): void {
  const { config, sessions, tokens, door, audit, now } = services;
  const body = json({ limit: "16kb" });
  const own = refuseForeign(config);
  const checkPace = paceOfEach();

  router.post("/api/session/create", own, body, async (req, res) => {
    const { sessionName, options } = bodyOf(sessionBodies.create, req);
    const made = await sessions.create(sessionName, await makerOf(req, services), openOf(options));
    res.status(made.outcome === "created" ? 201 : 200).json(answerOf(req, config, made));
  });

  router.post("/api/session/follow", own, body, async (req, res) => {
    const { sessionName, followerName } = bodyOf(sessionBodies.follow, req);
    const made = await sessions.follow(sessionName, followerName, await makerOf(req, services));
    res.status(made.outcome === "created" ? 201 : 200).json(answerOf(req, config, made));
  });

  router.post("/api/session/fork", own, body, async (req, res) => {
    const { sessionName, newName } = bodyOf(sessionBodies.fork, req);
    const maker = await makerOf(req, services);
    checkPace(maker.countsFor);
    const made = await sessions.fork(sessionName, newName, maker);
    res.status(made.outcome === "forked" ? 201 : 200).json(answerOf(req, config, made));
  });

  router.post("/create-session", own, async (req, res) => {
    const session = await sessions.createUnnamed(await makerOf(req, services));
    bindCookie(req, res, session);
    res.status(201).json({ sessionId: session.id });
  });

  router.get("/session/create/:name", own, async (req, res) => {
    const { sessionName } = fieldsOf(sessionBodies.create, { sessionName: req.params.name });
    const { session } = await sessions.create(sessionName, await makerOf(req, services));
    res.redirect(303, `/session/${session.id}`);
  });

  router.get("/session/follow/:name", own, async (req, res) => {
    const { sessionName } = fieldsOf(sessionBodies.follow, { sessionName: req.params.name });
    const { session } = await sessions.follow(sessionName, undefined, await makerOf(req, services));
    res.redirect(303, `/session/${session.id}`);
  });

  router.get("/api/session/list", async (req, res) => {
    const here = [...sessions.all].map(({ id: sessionId, type, clients, created }) => {
      return { sessionId, type, clients, created };
    });
    const elsewhere = await askOthers<{ sessions: typeof here }>(asking, req, res);
    const all = [...elsewhere.flatMap(({ sessions }) => sessions), ...here];
    const listed = new Map(all.map((one) => [one.sessionId, one]));
    res.set("cache-control", "no-store").json({ sessions: [...listed.values()] });
  });

  router.get(["/api/session/info", "/api/session/:id"], async (req, res) => {
    const session = await sessionOf(req, sessions);
    session.touch();
    res.set("cache-control", "no-store").json(infoOf(req, session, await identityOf(req, tokens)));
  });

  router.delete("/api/session/:id", own, async (req, res) => {
    const session = await sessionOf(req, sessions);
    const role = door.roleOf(req);
    res.locals["operatorRole"] = role;
    if (role === "operator") {
      const what = { action: "end session", room: session.key };
      await audited(audit, [req, res], what, async () => sessions.remove(session, "deleted"));
    } else {
      const identity = await identityOf(req, tokens);
      if (!identity) throw new HereaboutsError("BAD_TOKEN", "Send the maker's as Authorization: Bearer.");
      if (identity.person !== session.maker) throw new HereaboutsError("FORBIDDEN", "Only its maker may end it.");
      sessions.remove(session, "deleted");
    }
    res.json({ sessionId: session.id, deleted: true });
  });

  function infoOf(req: Request, session: AudioSession, identity: Identity | undefined): SessionInfo {
    const { id, name, type, following, created, clients, stream } = session;
    return {
      sessionId: id,
      name,
      type,
      following: following?.id ?? null,
      ...followed(session),
      at: now(),
      allowCommands: mayCommand(session, config, identity),
      created,
      clients,
      ...session.heardBy(),
      epochMs: stream.epochMs,
      ...stream.onAir(),
      ...urlsOf(req, config, session),
    };
  }
}

function openOf(options: z.output<typeof sessionBodies.create>["options"]): OpenStream {
  const { startingTrack, direction, link } = options ?? {};
  return {
    ...(startingTrack === undefined ? {} : { startingTrack }),
    ...(direction === undefined ? {} : { direction }),
    ...(link === undefined ? {} : { link }),
  };
}

function bodyOf<T extends z.ZodType>(shape: T, req: Request): z.output<T> {
  return fieldsOf(shape, req.body ?? {});
}

/** Throws BAD_BODY, naming the field. */
export function fieldsOf<T extends z.ZodType>(shape: T, given: unknown): z.output<T> {
  const parsed = validate(shape, given);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new HereaboutsError("BAD_BODY", `${path.join(".") || "body"}: ${message}.`);
}
