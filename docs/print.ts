/** `npm run docs`: writes docs/ERRORS.md from the error table. A test holds the two equal. */
import { writeFileSync } from "node:fs";
import { errorTable } from "../schema/errors.ts";

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

if (import.meta.main) writeFileSync(new URL("ERRORS.md", import.meta.url), errorsPage());
