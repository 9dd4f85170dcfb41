/** Travelling as everyone else sees it: proves of one server or several that nobody is ever in neither world. */
import { expect } from "vitest";
import type { Hereabouts, World } from "../../client/index.ts";
import { until } from "./until.ts";

export interface Watchers {
  traveller: Hereabouts;
  /** One watches each world, and both a chat. */
  watchers: readonly [Hereabouts, Hereabouts];
  slugs: readonly [string, string];
  rounds: number;
}

/** Has someone travel to and fro, and looks at what is shown of them after each change that anyone is told. */
export async function travelWatched({ traveller, watchers, slugs, rounds }: Watchers): Promise<void> {
  const { id } = traveller.identity;
  const [one, other] = [await watchers[0].world(slugs[0]), await watchers[1].world(slugs[1])];
  const chat = await watchers[0].chat("system");
  await traveller.chat("system");
  await traveller.travel(slugs[0], { share: true });
  const isHere = (world: World) => world.people.get(id)?.status === "here";
  const where = () => chat.people.get(id)?.where;
  await until(() => isHere(one) && where() === slugs[0], "the start");

  let looks = 0;
  const nowhere: string[] = [];
  const look = (of: string) => () => {
    looks++;
    if (!isHere(one) && !isHere(other)) nowhere.push(`in no world, by ${of}`);
    if (!where()) nowhere.push(`nowhere in the chat, by ${of}`);
  };
  for (const event of ["join", "leave", "update", "ghost", "return"] as const) {
    one.on(event, look(`${event} in the first`));
    other.on(event, look(`${event} in the other`));
  }
  chat.on("update", look("the chat"));

  for (let round = 1; round <= rounds; round++) {
    const slug = slugs[round % 2]!;
    await traveller.travel(slug, { share: true });
    expect([...traveller.joined.worlds.keys()]).toEqual([slug]);
    const [to, from] = round % 2 === 1 ? [other, one] : [one, other];
    await until(() => isHere(to) && !isHere(from) && where() === slug, `round ${round}`);
  }
  expect(nowhere).toEqual([]);
  expect(looks).toBeGreaterThan(rounds * 3 - 1);
}
