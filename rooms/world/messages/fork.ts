/** Copying what stands in a world to another one, by whoever is seen in it. */
import { HereaboutsError } from "../../../schema/errors.ts";
import { worldMessages } from "../../../schema/messages.ts";
import { parseSlug } from "../../../schema/slug.ts";
import type { WorldHost } from "./host.ts";

export function handleFork(room: WorldHost): void {
  room.gate.handle("fork", worldMessages.fork, ({ userData }, { slug }) => {
    const { identity, invisible } = userData!;
    if (invisible) throw new HereaboutsError("FORBIDDEN", "Who is invisible here copies nothing.");
    const target = parseSlug(slug);
    room.services.bans.checkJoin(`world:${target}`, identity.person);
    room.checkForkPace(identity.person);
    return room.fork(target);
  });
}
