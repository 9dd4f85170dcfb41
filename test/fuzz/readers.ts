/** Every reader of what outsiders send that can be asked without a server. A case is replayed by its reader's name and seed. */
import { Random } from "../lib/random.ts";
import type { Reader } from "./reader.ts";
import { bytes } from "./readers/bytes.ts";
import { capsules } from "./readers/capsules.ts";
import { files } from "./readers/files.ts";
import { messages } from "./readers/messages.ts";
import { offers } from "./readers/offers.ts";
import { orders } from "./readers/orders.ts";
import { signed } from "./readers/tokens.ts";

export const readers: readonly Reader[] = [
  ...bytes,
  ...messages,
  ...offers,
  ...signed,
  ...orders,
  ...files,
  ...capsules,
];

/** How many of `cases` each of them takes, by name. */
export function sharesOf(cases: number, among = readers): Map<string, number> {
  const all = among.reduce((sum, { share }) => sum + share, 0);
  return new Map(among.map(({ name, share }) => [name, Math.ceil((cases * share) / all)]));
}

/** Cases number `seed` up to `seed + count`. Rejects with the seed of the one that went wrong. */
export async function runReader({ name, once }: Reader, seed: number, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    try {
      const work = once(new Random(seed + i));
      if (work) await work;
    } catch (cause) {
      throw new Error(`${name} of seed ${seed + i}: npm run fuzz -- --only ${name} --seed ${seed + i} --cases 1`, {
        cause,
      });
    }
  }
}
