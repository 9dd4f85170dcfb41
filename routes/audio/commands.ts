/** Commands by HTTP, for those who are in no room: answered as in the room (AU2). */
import { json, type Router } from "express";
import { audioMessages } from "../../schema/audio.ts";
import { HereaboutsError } from "../../schema/errors.ts";
import { networkOf, paceOfEach } from "../../services/pace.ts";
import { type CommandName, command } from "../../services/sessions/commands.ts";
import { refuseForeign } from "../crossSite.ts";
import { type AudioServices, followed, identityOf, sessionOf } from "./asked.ts";
import { errorText } from "./errors.ts";
import { fieldsOf } from "./manage.ts";

const paths: Record<string, CommandName> = { "next-track": "next", direction: "direction", play: "play", back: "back" };

export function commandRoutes(router: Router, { config, sessions, tokens }: AudioServices): void {
  const checkPace = paceOfEach();
  const body = json({ limit: "4kb" });
  const own = refuseForeign(config);

  for (const [path, name] of Object.entries(paths)) {
    router.post(`/session/:id/${path}`, own, body, async (req, res) => {
      const identity = await identityOf(req, tokens);
      checkPace(identity?.person ?? `address ${networkOf(req.ip)}`);
      const session = await sessionOf(req, sessions);
      if (session.following) {
        const error = new HereaboutsError("READ_ONLY");
        res.status(error.status).json({ error: errorText(error), ...followed(session), ...error.toRefusal() });
        return;
      }
      const message = fieldsOf(audioMessages[name], req.body ?? {});
      res.json(command(name, session, message as never, config, identity));
    });
  }

  router.post("/session/:id/heard", own, body, async (req, res) => {
    const { listener, frame } = fieldsOf(audioMessages.heard, req.body ?? {});
    (await sessionOf(req, sessions)).heard(listener, frame);
    res.status(204).end();
  });
}
