/** `.env.example`: every setting, commented out, with its meaning, unit and default. Printed by `npm run docs`. */
import { settings } from "../config.ts";

export function envExample(): string {
  const entries = Object.entries(settings).map(
    ([name, { meaning, unit, default: value }]) => `# ${meaning} (${unit})\n#${name}=${value}\n`,
  );
  return `# Every setting, with its unit and default. Copy this file to .env and take the # off what you change: a name that is
# no setting, or a value that is none for it, ends the start with a line that says so. What stands here wins over the
# environment, and arguments, as in \`npm start -- --port 3000\`, win over both. \`npm run config\` prints the outcome.
# The same lines do for systemd's EnvironmentFile and for \`docker run --env-file\`: values stand without quotes.

${entries.join("\n")}`;
}
