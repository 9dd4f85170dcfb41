/**
 * Lines of clients that send theirs (SE2), kept beside the server's in the folder of the room's session. The server says
 * who wrote them, when they came, and by whom they count: a person's page or bot, an agent or a persona. What the client
 * wrote stands in a field of its own, so that it never passes for a line of the server.
 *
 * All clients of a room together have a budget. What is above it is counted in one line a second, and costs nobody a seat.
 */
import { type ClientLines, logLimits } from "../../schema/clientLogs.ts";
import { seatMessages } from "../../schema/messages.ts";
import type { SessionFolder } from "../../services/artifacts/artifacts.ts";
import type { Environment } from "../../services/context.ts";
import type { Identity } from "../../services/identity/person.ts";
import type { LiveSession } from "../../services/lifecycle.ts";
import { TokenBucket } from "../../services/tokenBucket.ts";
import type { Gate } from "../gate.ts";
import type { SeatClient } from "../seat.ts";
import type { RoomServices } from "../services.ts";

interface LoggingRoom {
  readonly gate: Gate;
  readonly session: LiveSession;
  readonly services: Pick<RoomServices, "artifacts" | "now">;
}

const roomBudget = { linesPerSecond: 100, burstSeconds: 10 };
const tellEveryMs = 1000;
/** As in the server's own lines. */
const weights = { debug: 20, info: 30, warn: 40, error: 50 } as const;

export function handleClientLogs({ gate, session, services }: LoggingRoom): void {
  const budget = new TokenBucket(roomBudget.linesPerSecond, roomBudget.burstSeconds, services.now());
  let leftOut = 0;
  let tellAt = 0;

  const write = (folder: SessionFolder, environment: Environment, line: Record<string, unknown>) =>
    folder.log(environment, JSON.stringify({ time: Math.round(services.now()), session: session.id, ...line }));

  const take = ({ userData }: SeatClient, { environment: said, lines, dropped = 0 }: ClientLines): void => {
    const folder = services.artifacts.folder(session.id);
    if (!folder) return;
    const { identity, connection } = userData!;
    const environment = environmentOf(identity, said);
    const from = { person: identity.person, handle: identity.handle, connection, environment };
    const now = services.now();
    for (const { at, level, text, stack } of lines) {
      const isTooMuch = budget.take(now) > 0 || Buffer.byteLength(text + (stack ?? "")) > logLimits.lineBytes;
      if (isTooMuch) leftOut++;
      else write(folder, environment, { level: weights[level], ...from, client: { at, level, text, stack } });
    }
    if (dropped > 0 && budget.take(now) === 0) {
      write(folder, environment, { level: weights.warn, ...from, leftOut: dropped, msg: "the client left lines out" });
    }
    if (leftOut === 0 || now < tellAt) return;
    write(folder, environment, { level: weights.warn, leftOut, msg: "too many lines of clients" });
    leftOut = 0;
    tellAt = now + tellEveryMs;
  };

  gate.handle("logs", seatMessages.logs, take, { take: (of, now) => of.takeLogs(now), isQuiet: true });
}

/** What someone runs on they say themselves; what they are is verified. */
function environmentOf({ kind }: Identity, said: ClientLines["environment"]): Environment {
  if (kind === "ai") return "agent";
  return kind === "persona" ? "persona" : said;
}
