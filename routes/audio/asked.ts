/** What a request says about audio sessions: which one it means, who asks, and the addresses that answers name. */
import type { Request, Response } from "express";
import type { Config } from "../../config.ts";
import { listenerToken, type SessionAnswer, type TrackInfo } from "../../schema/audio.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import type { Cluster } from "../../services/cluster/cluster.ts";
import { know } from "../../services/context.ts";
import type { Identity } from "../../services/identity/person.ts";
import type { Tokens } from "../../services/identity/tokens.ts";
import type { Audit } from "../../services/ops/audit.ts";
import { networkOf } from "../../services/pace.ts";
import type { AudioSession } from "../../services/sessions/session.ts";
import type { Maker, Sessions } from "../../services/sessions/sessions.ts";
import { bearerOf } from "../auth.ts";
import type { OperatorDoor } from "../operatorDoor.ts";
import { publicUrl } from "../origin.ts";

export interface AudioServices {
  readonly config: Config;
  readonly sessions: Sessions;
  readonly tokens: Tokens;
  readonly door: OperatorDoor;
  readonly audit: Audit;
  /** What can be played. */
  readonly tracks: () => readonly TrackInfo[];
  /** The other processes. */
  readonly cluster: Cluster;
  /** Server time in ms since the epoch. */
  readonly now: () => number;
}

const cookieName = "audioSession";
const cookieMs = 30 * 24 * 3600_000;

/**
 * The session that a path or `?session=` names; without one that of the browser's cookie, else the master. Throws
 * Elsewhere, which passOn.ts answers.
 */
export async function sessionOf(req: Request, sessions: Sessions): Promise<AudioSession> {
  const session = await sessionAsked(req, sessions);
  know({ session: session.id, room: session.key });
  return session;
}

async function sessionAsked(req: Request, sessions: Sessions): Promise<AudioSession> {
  const { session: queried } = req.query;
  const named = req.params["id"] ?? (typeof queried === "string" && queried !== "" ? queried : undefined);
  if (named === undefined) {
    const bound = cookieOf(req);
    return (bound && (await sessions.search(bound))) || sessions.master();
  }
  return sessions.locate(String(named));
}

function cookieOf(req: Request): string | undefined {
  return new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{1,64})`).exec(req.headers.cookie ?? "")?.[1];
}

export function bindCookie(req: Request, res: Response, session: AudioSession): void {
  const options = { httpOnly: true, sameSite: "lax", path: "/", maxAge: cookieMs, secure: req.secure } as const;
  res.cookie(cookieName, session.id, options);
}

/** Who asks, if they bring a token. Throws BAD_TOKEN for one that is not valid. */
export async function identityOf(req: Request, tokens: Tokens): Promise<Identity | undefined> {
  if (!/^bearer /i.test(req.headers.authorization ?? "")) return undefined;
  const identity = await tokens.verify(bearerOf(req));
  know({ person: identity.person });
  return identity;
}

/** Throws BAD_TOKEN where only makers command and nobody says who they are. */
export async function makerOf(req: Request, { tokens, config }: AudioServices): Promise<Maker> {
  const identity = await identityOf(req, tokens);
  if (!identity && config.audioCommands === "owner") {
    throw new HereaboutsError("BAD_TOKEN", "A session needs its maker's token, as Authorization: Bearer.");
  }
  return { person: identity?.person, countsFor: identity?.person ?? `address ${networkOf(req.ip)}` };
}

export function tokenOfListener(req: Request): string | undefined {
  const { listener } = req.query;
  if (listener === undefined) return undefined;
  const parsed = listenerToken.safeParse(listener);
  if (!parsed.success) throw new HereaboutsError("BAD_BODY", `listener: ${parsed.error.issues[0]?.message}.`);
  return parsed.data;
}

export function urlsOf(req: Request, config: Config, { id }: AudioSession) {
  const url = publicUrl(req, config);
  return { webUrl: `${url}/session/${id}`, streamUrl: `${url}/stream/${id}`, eventsUrl: `${url}/events/${id}` };
}

export function answerOf(
  req: Request,
  config: Config,
  made: { session: AudioSession; outcome: SessionAnswer["status"] },
): SessionAnswer {
  const { session, outcome: status } = made;
  const { id: sessionId, type } = session;
  return { sessionId, type, ...followed(session), ...urlsOf(req, config, session), status };
}

/** What a follower's answers say of the session that it follows. */
export function followed({ following }: AudioSession) {
  return following ? { followingSession: following.id, followingName: following.name } : {};
}
