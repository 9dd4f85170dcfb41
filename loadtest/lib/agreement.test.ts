/** What listeners were told, compared. */
import { expect, it } from "vitest";
import { Agreement } from "./agreement.ts";

it("[LT2] counts who is told something else than the first, of the last places", () => {
  const agreement = new Agreement(2);
  agreement.tell("a", 1, 10);
  agreement.tell("a", 1, 10);
  agreement.tell("b", 1, 11);
  expect(agreement.differences).toBe(0);
  agreement.tell("a", 1, 11);
  expect(agreement.differences).toBe(1);
  agreement.tell("a", 2, 20);
  agreement.tell("a", 3, 30);
  agreement.tell("a", 1, 12);
  expect(agreement.differences).toBe(1);
});
