/**
 * `GET /stream/:id`: a session's sound, one MP3 without an end (AU5). The answer is not chunked and its connection not kept,
 * so that the bytes are the music and nothing else; a part of it cannot be asked for.
 */
import type { Router } from "express";
import { metaint } from "../../services/audio/stream/icy.ts";
import { Elsewhere } from "../../services/sessions/homes.ts";
import type { AudioSession } from "../../services/sessions/session.ts";
import type { Asking } from "../ask.ts";
import { frameHeader, passedOf } from "../peers.ts";
import { type AudioServices, sessionOf, tokenOfListener } from "./asked.ts";
import { Outflow, turnOf } from "./outflow.ts";
import { relay } from "./relay.ts";

export function streamRoutes(router: Router, { sessions }: AudioServices, asking: Asking): void {
  router.get(["/stream", "/stream/:id"], async (req, res) => {
    const listener = tokenOfListener(req);
    const icy = req.headers["icy-metadata"] === "1";
    const session = await sessionOf(req, sessions).catch((error) => {
      // another process does what is to be done for its listener
      if (!(error instanceof Elsewhere) || req.method === "HEAD" || passedOf(res)) throw error;
      return error;
    });
    if (session instanceof Elsewhere) return relay(req, res, session, { ...asking, sessions, listener, icy });
    res.set({
      "content-type": "audio/mpeg",
      "cache-control": "no-store",
      "accept-ranges": "none",
      "x-content-type-options": "nosniff",
      "icy-name": nameOf(session),
      "icy-br": "128",
      "access-control-expose-headers": "icy-name, icy-br, icy-metaint",
      ...(icy ? { "icy-metaint": String(metaint) } : {}),
    });
    if (req.method === "HEAD") return void res.end();
    await turnOf(res);
    if (res.destroyed) return; // gone while it waited
    req.socket.setNoDelay(true);
    const sink = new Outflow(res);
    const passed = passedOf(res);
    const onBegin = passed && ((frame: number) => void res.set(frameHeader, String(frame)));
    const leave = sessions.listen(session, { sink, icy, listener, resume: passed?.resume, onBegin });
    sink.open().on("close", leave);
  });
}

/** A header holds bytes: those of UTF-8, as other stream servers send it. */
function nameOf({ name, id }: AudioSession): string {
  return Buffer.from(name || id).toString("latin1");
}
