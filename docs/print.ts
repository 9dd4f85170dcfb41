/**
 * `npm run docs`: writes docs/ERRORS.md from the error table, docs/reference from docstrings, .env.example from the settings,
 * and the dashboard. A test holds each equal to its source.
 */
import { writeFileSync } from "node:fs";
import { errorTable } from "../schema/errors.ts";
import { readReference, referencePages } from "./api/reference.ts";
import { dashboard } from "./dashboard.ts";
import { envExample } from "./envExample.ts";

export function errorsPage(): string {
  const rows = Object.entries(errorTable).map(([code, entry]) => {
    const close = "close" in entry ? entry.close : "";
    return `| \`${code}\` | ${entry.status} | ${close} | ${entry.message} | ${entry.remedy} |`;
  });
  return `# Errors

Every way in which hereabouts says no. A refusal carries \`code\`, \`message\` (with the case at hand), \`remedy\` and, with
\`TOO_FAST\`, \`retryAfterMs\`. HTTP answers have the status and the refusal as JSON; a request in a room is rejected with it;
anything else in a room is answered with the message \`refused\`. Where a close code is named the error ends the connection;
all others keep it. The SDK throws and emits \`HereaboutsError\` with the same fields.

This page is printed from \`schema/errors.ts\` by \`npm run docs\`.

| code | status | close | what it means | what to do |
|---|---|---|---|---|
${rows.join("\n")}
`;
}

if (import.meta.main) {
  writeFileSync(new URL("ERRORS.md", import.meta.url), errorsPage());
  for (const [path, text] of Object.entries(referencePages(readReference()))) {
    writeFileSync(new URL(path, import.meta.url), text);
  }
  writeFileSync(new URL("../.env.example", import.meta.url), envExample());
  writeFileSync(new URL("examples/grafana-dashboard.json", import.meta.url), dashboard());
}
