/**
 * `POST /chat/:instance`: what bots and bridges say (CH7). The token says who speaks; one of the role `service` may speak
 * for people who are not here, who are shown as such. Answered when it is stored, like any line.
 */
import { createHash } from "node:crypto";
import { json, type Router } from "express";
import { z } from "zod";
import { chatMessages } from "../schema/chat.ts";
import { HereaboutsError } from "../schema/errors.ts";
import { limits } from "../schema/messages.ts";
import { parseSlug } from "../schema/slug.ts";
import { validate } from "../schema/validate.ts";
import type { Author } from "../services/chatlog/chatlog.ts";
import { authorOf, type Chats } from "../services/chats/chats.ts";
import { know } from "../services/context.ts";
import { checkHandle, displayName } from "../services/identity/handles.ts";
import type { Identity } from "../services/identity/person.ts";
import type { Tokens } from "../services/identity/tokens.ts";
import { paceOfEach } from "../services/pace.ts";
import { bearerOf } from "./auth.ts";
import { inContext } from "./context.ts";

const body = chatMessages.say.extend({
  as: z
    .strictObject({
      handle: z.string().max(64),
      name: z
        .string()
        .max(limits.nameChars * 4)
        .optional(),
    })
    .optional(),
});

export function chatRoutes(router: Router, { chats, tokens }: { chats: Chats; tokens: Tokens }): void {
  const checkPace = paceOfEach();

  router.post("/chat/:instance", inContext, json({ limit: "16kb" }), async (req, res) => {
    const instance = parseSlug(req.params.instance);
    const identity = await tokens.verify(bearerOf(req));
    know({ person: identity.person });
    checkPace(identity.person);
    if (identity.guest) throw new HereaboutsError("FORBIDDEN", "Guests speak in the room.");
    const parsed = validate(body, req.body ?? {});
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!;
      throw new HereaboutsError("BAD_BODY", `${path.join(".") || "body"}: ${message}.`);
    }
    const { text, id, font = "", as } = parsed.data;
    const author = as ? guestOf(identity, as) : authorOf(identity);
    const said = { author, text, font, clientId: id, isUnslowed: identity.role !== "member" };
    const { line, isRepeat } = await chats.say(instance, said);
    res.status(isRepeat ? 200 : 201).json({ id: line.id, seq: line.seq, at: line.at, count: line.count });
  });
}

/** Someone a service speaks for: the same one each time, and never one of ours. */
function guestOf(service: Identity, { handle, name }: { handle: string; name?: string | undefined }): Author {
  if (service.role !== "service") throw new HereaboutsError("FORBIDDEN", "Only a service speaks for others.");
  checkHandle(handle);
  const id = createHash("sha256").update(`${service.person} ${handle.toLowerCase()}`).digest("base64url").slice(0, 16);
  return { id, handle, name: displayName(name, handle), kind: "human", guest: false, via: service.handle };
}
