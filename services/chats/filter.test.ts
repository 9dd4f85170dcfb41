/** What the word filter takes out, and what it leaves. */
import { expect, it } from "vitest";
import { filterWords } from "./filter.ts";

it("[CH6] takes words out, also where digits stand for letters", () => {
  expect(filterWords("what an ass")).toBe("what an ***");
  expect(filterWords("what an a55")).toBe("what an ***");
});

it("[CH6] leaves numbers alone, and words that only hold another", () => {
  for (const text of ["room 455 at 4:55", "455 455", "a class in the grass", "𝟒𝟓𝟓"])
    expect(filterWords(text)).toBe(text);
});
