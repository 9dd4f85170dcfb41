/**
 * What operators' looking costs a process that is full (OP2): `node services/ops/searchBench.ts [people] [rounds]`. A search over
 * all seats of that many people in three rooms each, beside only walking over the same seats, in turns. It is computed
 * when someone asks and not otherwise.
 */
import { createPresence } from "../presence/presence.ts";
import { searchPeople } from "./people.ts";

const [people = 2000, rounds = 41] = process.argv.slice(2).map(Number);
const rooms = ["world:field", "chat:system", "audio:master"] as const;

const presence = createPresence({ graceMs: 10_000, ghostMs: 5000 });
for (let i = 0; i < people; i++) {
  const handle = `guest-${i.toString(36).padStart(4, "0")}`;
  const identity = { person: `person-${i}`, handle, name: `Sofía Σοφία ${i}`, guest: true } as const;
  for (const room of rooms) {
    const joining = { seat: `${room} ${i}`, room, connection: `tab-${i}`, attention: "visible", share: false } as const;
    const known = { ...identity, kind: "human", role: "member" } as const;
    presence.apply({ type: "join", ...joining, identity: known, exclusive: false });
  }
}

const works: Record<string, () => void> = {
  "walking over all seats": () => void [...presence.seats()].length,
  "a search that finds one": () => void searchPeople(presence.seats(), "ΣΟΦΊΑ 1999", "here"),
  "a search that finds all": () => void searchPeople(presence.seats(), "", "here"),
};
const took = new Map(Object.keys(works).map((name) => [name, [] as number[]]));
for (let round = -10; round < rounds; round++) {
  for (const [name, work] of Object.entries(works)) {
    const began = performance.now();
    work();
    if (round >= 0) took.get(name)!.push(performance.now() - began);
  }
}
console.log(`${people} people with ${rooms.length} seats each; ms, median of ${rounds} (and the middle half)`);
for (const [name, all] of took) {
  all.sort((a, b) => a - b);
  const at = (share: number) => all[Math.floor((all.length - 1) * share)]!.toFixed(2);
  console.log(`${name.padEnd(24)} ${at(0.5)} (${at(0.25)} to ${at(0.75)})`);
}
presence.close();
