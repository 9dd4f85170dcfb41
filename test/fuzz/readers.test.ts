/**
 * Every reader of what outsiders send, asked without a server: what is whole is read as what it is, what is mangled as
 * something lawful or refused. FUZZ_READS sets how many cases in all, FUZZ_SEED where they begin; `npm run fuzz` does
 * millions of them.
 */
import { describe, it } from "vitest";
import { readers, runReader, sharesOf } from "./readers.ts";

const cases = Number(process.env["FUZZ_READS"] ?? 75_000);
const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 2 ** 31);
const shares = sharesOf(cases);

describe(`[SV5] [MV1] [MV2] [MV4] of ${cases} bad inputs, from FUZZ_SEED=${seed} on`, { timeout: 60_000 }, () => {
  for (const reader of readers) {
    const share = shares.get(reader.name)!;
    it(`${share} ${reader.name} are lawful or refused`, () => runReader(reader, seed, share));
  }
});
