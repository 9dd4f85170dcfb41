/** Noting in the audit log what an operator asked for, and how it ended. */
import type { Request, Response } from "express";
import type { Audit, AuditEntry } from "../services/ops/audit.ts";
import { toKnown } from "./errors.ts";
import type { OperatorRole } from "./operatorDoor.ts";

/** Who asks, as `authenticate` has let them in. */
export function asOperator(req: Request, res: Response): Pick<AuditEntry, "who" | "from"> {
  return { who: res.locals["operatorRole"] as OperatorRole, from: req.ip ?? "" };
}

/** Does `work` and notes it. Rejects as `work` does. */
export async function audited<T>(
  audit: Audit,
  [req, res]: [Request, Response],
  what: Omit<AuditEntry, "who" | "from" | "outcome">,
  work: () => Promise<T>,
): Promise<T> {
  const noteIt = (outcome: string) => audit.note({ ...asOperator(req, res), ...what, outcome });
  try {
    const done = await work();
    await noteIt("done");
    return done;
  } catch (error) {
    await noteIt(toKnown(error).code);
    throw error;
  }
}
