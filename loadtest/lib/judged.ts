/** Whose fault it is that a load test failed: the server's, or that of a machine which gave it less than it could use. Pure. */
import { type Figures, figureOf, figureText } from "./capacityPage.ts";
import type { LoadRun } from "./loadRun.ts";
import type { Trial } from "./search.ts";

/** The server runs in one thread: at this much of a core it is near its own end. */
const serverPercent = 85;
/** All cores together: above this, whoever waits may wait for another. */
const machinePercent = 93;

export function judge({ figures, exitCode, complaints }: LoadRun): Trial {
  const why = complaints.map((line) => line.replace(/^(FAILED|WARNING): /, "")).join("; ");
  if (exitCode === 0) return { outcome: "holds", why: "" };
  if (exitCode === 2) return { outcome: "unknown", why };
  const busy = whyBusy(figures);
  return busy ? { outcome: "unknown", why: `${why}; but ${busy}` } : { outcome: "fails", why };
}

function whyBusy(figures: Figures): string {
  const isServerIdle = figureOf(figures, "cpu") < serverPercent;
  if (!isServerIdle || !(figureOf(figures, "machine") > machinePercent)) return "";
  const [server, others] = [figureText(figures, "cpu", "%"), figureText(figures, "others", "%")];
  return `all cores were busy while the server used ${server} of one, and others ${others}`;
}
