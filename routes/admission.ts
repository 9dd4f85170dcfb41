/**
 * Joins wait for their turn here (services/admission), before anything is made of them: one that is refused costs a
 * fraction of one that gets in.
 */
import { AsyncResource } from "node:async_hooks";
import type { HereaboutsError } from "../schema/errors.ts";
import type { Admission } from "../services/admission/admission.ts";
import type { Presence } from "../services/presence/presence.ts";
import type { Admit, Join } from "./guard.ts";

export interface AdmissionDesk {
  admission: Admission;
  presence: Pick<Presence, "hasConnection">;
  /** Called for each join that is refused. */
  onRefused(join: Join, error: HereaboutsError): void;
}

export function admitJoins({ admission, presence, onRefused }: AdmissionDesk): Admit {
  return (join, res, pass) => {
    if (res.destroyed) return; // gone before its turn was asked for: nothing would tell of its end
    const { connection } = join.body;
    // its turn may come in the midst of what is done in another's name, which is not to fail with it
    const begin = AsyncResource.bind(() => pass());
    const end = admission.enter({
      isHere: typeof connection === "string" && presence.hasConnection(connection),
      begin: () => queueMicrotask(begin),
      refuse(error) {
        onRefused(join, error);
        pass(error);
      },
    });
    res.once("close", end);
  };
}
