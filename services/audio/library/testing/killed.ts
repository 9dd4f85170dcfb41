/** Keeps made-up contents as fast as it can and says each when it is kept, until it is killed. */
import { LibraryCache } from "../cache.ts";

const [, , dir, round] = process.argv;
const cache = new LibraryCache(dir!);
for (let i = 0; ; i++) {
  const hash = `${round}-${i}`;
  cache.keep(hash, { broken: hash });
  if (!process.stdout.write(`${hash}\n`)) await new Promise((resolve) => process.stdout.once("drain", resolve));
}
