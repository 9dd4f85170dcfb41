/** A thread with people who are in and talk: how soon their lines are answered, whoever else comes meanwhile. */
import { randomUUID } from "node:crypto";
import { createHistogram } from "../../lib/histogram.ts";
import { inTurn } from "../../lib/inTurn.ts";
import { becomeGuest } from "../../lib/lightClient.ts";
import { answerCommands, given } from "../../lib/threads.ts";
import { Asker } from "./asker.ts";
import { timed } from "./times.ts";

export type ResidentsData = { url: string; people: number };

const sayMs = 500;

const { url, people } = given as ResidentsData;
let times = createHistogram();
let failed = 0;
let residents: Asker[] = [];
let timer: NodeJS.Timeout | undefined;

answerCommands({ join, measure, leave });

async function join(): Promise<void> {
  residents = await inTurn(people, async () =>
    Asker.join(url, "chat", { instance: "residents" }, await becomeGuest(url)),
  );
  let next = 0;
  timer = setInterval(() => void say(residents[next++ % people]!), sayMs / people);
}

async function say(resident: Asker): Promise<void> {
  try {
    await timed(times, async () => {
      const { status } = await resident.ask("say", { text: "still here", id: randomUUID() });
      if (status !== 0) failed++;
    });
  } catch {
    failed++;
  }
}

/** Of the lines said since it was last asked; those that were not answered count for nothing else. */
function measure() {
  const measured = { times, failed };
  times = createHistogram();
  failed = 0;
  return measured;
}

function leave(): void {
  clearInterval(timer);
  for (const resident of residents) resident.drop();
}
