/**
 * What was kept of sessions, read by operators and viewers (OP1): the list, one session, its files. Operators also take
 * one out, or a file of one. What members sent is theirs to write and runs nowhere: it is of the type that its name says among few, in a
 * sandbox, and anything else is a download.
 */
import { basename, extname } from "node:path";
import type { Application, Response } from "express";
import { z } from "zod";
import { HereaboutsError } from "../schema/errors.ts";
import { validate } from "../schema/validate.ts";
import type { Artifacts } from "../services/artifacts/artifacts.ts";
import type { Audit } from "../services/ops/audit.ts";
import { audited } from "./audited.ts";
import { operatorsOnly } from "./operators.ts";

const page = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

const text = "text/plain; charset=utf-8";
/** What a browser may show. An SVG can hold a program, so it is none of these. */
const shown: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".opus": "audio/ogg",
  ".wav": "audio/wav",
  ".flac": "audio/flac",
  ".txt": text,
  ".md": text,
  ".csv": text,
  ".log": text,
  ".json": text,
  ".jsonl": text,
};

const sources =
  "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/** Mount it after the login of /ops (ops.ts). */
export function mountSessionFiles(
  app: Application,
  { artifacts, audit }: { artifacts: Artifacts; audit: Audit },
): void {
  app.get("/ops/sessions", async (req, res) => {
    const query = validate(page, req.query);
    if (!query.success) throw new HereaboutsError("BAD_BODY", "It takes ?offset=0&limit=100, at most 1000.");
    const { offset, limit } = query.data;
    const all = await artifacts.list();
    res.json({ total: all.length, sessions: all.slice(offset, offset + limit) });
  });

  app.get("/ops/sessions/:folder", async (req, res) => {
    res.json(await artifacts.show(req.params.folder));
  });

  app.get("/ops/sessions/:folder/files/*path", async (req, res) => {
    const path = await artifacts.pathOf(req.params.folder, req.params.path.join("/"));
    sendUntrusted(res, path);
  });

  app.delete("/ops/sessions/:folder/files/*path", operatorsOnly, async (req, res) => {
    const folder = String(req.params["folder"]);
    const path = (req.params["path"] as unknown as string[]).join("/");
    await audited(audit, [req, res], { action: "remove file", details: `${folder}/${path}` }, async () => {
      if (!(await artifacts.removeFile(folder, path))) {
        throw new HereaboutsError("ARTIFACT_IN_USE", "It is being written, or says what is in the folder.");
      }
    });
    res.json({ folder, path, removed: true });
  });

  app.delete("/ops/sessions/:folder", operatorsOnly, async (req, res) => {
    const folder = String(req.params["folder"]);
    await audited(audit, [req, res], { action: "remove session", details: folder }, async () => {
      if (!(await artifacts.remove(folder))) throw new HereaboutsError("ARTIFACT_IN_USE");
    });
    res.json({ folder, removed: true });
  });
}

function sendUntrusted(res: Response, path: string): void {
  const type = shown[extname(path).toLowerCase()];
  // a player asks for the sound again, which only this server's own pages may
  const sandbox = type?.startsWith("audio/") ? "sandbox allow-same-origin" : "sandbox";
  const name = basename(path).replace(/[^\w.-]/g, "_");
  const headers = {
    "content-type": type ?? "application/octet-stream",
    "content-disposition": `${type ? "inline" : "attachment"}; filename="${name}"`,
    "content-security-policy": `${sandbox}; ${sources}`,
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
  };
  // the folder has judged the path; DATA_DIR itself may be hidden
  res.sendFile(path, { dotfiles: "allow", cacheControl: false, etag: false, headers });
}
