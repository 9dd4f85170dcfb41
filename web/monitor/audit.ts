/** What operators did, newest first. */
import type { AuditLine } from "../../schema/operations.ts";
import { find } from "../shared/dom.ts";
import { ask, enter, tellFailure } from "./ask.ts";
import { showRows, time } from "./table.ts";

async function refresh(): Promise<void> {
  const { lines } = await ask<{ lines: AuditLine[] }>("/ops/audit?limit=500");
  const rows = lines.map(({ at, who, from, action, person, room, details, reason, outcome, process }, i) => ({
    key: `${at} ${i}`,
    cells: [
      time(at),
      who,
      from,
      action,
      person ? { text: person, href: `/monitor/people#${person}` } : "",
      room ?? "",
      details === undefined ? "" : String(details),
      reason ?? "",
      outcome,
      process,
    ],
  }));
  showRows(find("lines", HTMLTableSectionElement), rows, [6, 7]);
}

find("again", HTMLButtonElement).addEventListener("click", () => void refresh().catch(tellFailure));
enter().then(refresh).catch(tellFailure);
