/**
 * `GET /events/:id`: what a session does, as server-sent events (AU2): `connected` first, then what plays, and from then on
 * each change, and a heartbeat every 5 s. There is no timer for a connection; one that stops reading is cut.
 */
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Router } from "express";
import type { AudioEvent } from "../../schema/audio.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import type { Identity } from "../../services/identity/person.ts";
import { mayCommand } from "../../services/sessions/commands.ts";
import { toText } from "../../services/sessions/feed.ts";
import { Elsewhere } from "../../services/sessions/homes.ts";
import type { AudioSession } from "../../services/sessions/session.ts";
import { type AudioServices, identityOf, sessionOf, tokenOfListener } from "./asked.ts";
import { endOf, takeSocket, turnOf } from "./outflow.ts";

const retryMs = 2000;
/** Beyond what the kernel holds for a reader that stalls. */
const maxUnsentBytes = 64 * 1024;

type Watching = { listener: string | undefined; identity: Identity | undefined };

export function eventRoutes(router: Router, services: AudioServices): void {
  const { config, now, sessions, tokens } = services;
  router.get(["/events", "/events/:id"], async (req, res) => {
    const listener = tokenOfListener(req);
    res.set({
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    if (req.method === "HEAD") return void res.end();
    req.socket.setNoDelay(true);
    try {
      await turnOf(res);
      // the session last: what is waited for after that could outlive it
      const identity = await identityOf(req, tokens);
      watch(await sessionOf(req, sessions), res, { listener, identity });
    } catch (error) {
      if (!(error instanceof HereaboutsError) || error instanceof Elsewhere || res.destroyed) throw error;
      const message = error.status === 404 ? "session_not_found" : "session_unavailable";
      res.end(toText({ type: "error", message }));
    }
  });

  function watch(session: AudioSession, res: ServerResponse, { listener, identity }: Watching): void {
    if (res.destroyed) return; // gone while it waited
    const early: AudioEvent[] = [];
    let tell: (event: AudioEvent) => void = (event) => early.push(event);
    const onJoined = (frame: number) => tell({ type: "joined", listener: listener!, frame });
    const detach = sessions.attach(session, {
      as: "events",
      listener,
      onJoined,
      person: identity?.person,
      handle: identity?.handle,
    });
    const socket = takeSocket(res);
    const write = writerTo(socket);
    const first = [connected(session, mayCommand(session, config, identity), now()), ...early];
    write(`retry: ${retryMs}\n\n${[...first, ...session.feed.current()].map(toText).join("")}`);
    tell = (event) => write(toText(event));
    const unwatch = session.feed.watch((event, text) => {
      write(text());
      if (event.type !== "ended" && event.type !== "moved") return;
      leave();
      endOf(socket);
    });
    const leave = () => {
      unwatch();
      detach();
    };
    socket.on("close", leave);
  }
}

/** Writes while it is read: one that stalls is cut. */
export function writerTo(socket: Pick<Socket, "writableLength" | "write" | "destroy">): (text: string) => void {
  return (text) => {
    if (socket.writableLength > maxUnsentBytes) socket.destroy();
    else socket.write(text);
  };
}

function connected(
  { id, name, type, following, stream }: AudioSession,
  allowCommands: boolean,
  at: number,
): AudioEvent {
  const followed = following ? { followingSession: following.id } : {};
  const { epochMs } = stream;
  const { frame } = stream.onAir();
  return { type: "connected", sessionId: id, name, sessionType: type, ...followed, allowCommands, frame, at, epochMs };
}
