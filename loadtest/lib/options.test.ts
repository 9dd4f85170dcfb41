/** Options from the command line, and what is said about wrong ones. */
import { describe, expect, it } from "vitest";
import { choice, describeOptions, number, parseOptions, text, whole } from "./options.ts";

const options = {
  people: whole(50, 1, 8000, "people", "how many"),
  rate: number(20, 0.1, 60, "Hz", "moves"),
  serverCore: whole(-1, -1, 255, "core", "pinned"),
  baseline: choice(["colyseus"], "instead"),
  json: text("file", "report"),
};

describe("[LT1] options", () => {
  it("have defaults and are read in both spellings", () => {
    expect(parseOptions(["--people", "3", "--rate=2.5", "--server-core=0"], options)).toEqual({
      people: 3,
      rate: 2.5,
      serverCore: 0,
      baseline: "",
      json: "",
    });
  });

  it.each([
    [["--poeple", "3"], "Unknown option --poeple"],
    [["--toString", "3"], "Unknown option --toString"],
    [["--constructor", "3"], "Unknown option --constructor"],
    [["3"], "Unknown option 3"],
    [["--people"], "--people needs a value (people)."],
    [["--people", "1.5"], "--people 1.5: must be a whole number."],
    [["--people", "many"], "--people many: must be a number from 1 to 8000."],
    [["--people="], "--people : must be a number"],
    [["--baseline", "bolyseus"], "--baseline bolyseus: must be colyseus."],
  ])("refuses %j in one line", (args, message) => {
    expect(() => parseOptions(args, options)).toThrow(message);
  });

  it("explain themselves", () => {
    expect(describeOptions(options)[2]).toEqual(["--server-core", "core", "-1", "pinned"]);
  });
});
