/** The operators' login, on a given clock: whoever guesses is slowed, and nobody else. */
import { beforeEach, expect, it, vi } from "vitest";
import { OperatorDoor } from "./operatorDoor.ts";

let time = 0;
let door: OperatorDoor;
const audit = { note: vi.fn(async () => {}) };

beforeEach(() => {
  vi.clearAllMocks();
  door = new OperatorDoor({ operatorPassword: "sesame", viewerPassword: "" }, audit, () => time);
});

const ask = (password: string, ip = "1.1.1.1") => {
  const authorization = `Basic ${Buffer.from(`operator:${password}`).toString("base64")}`;
  return door.roleOf({ headers: { authorization }, ip });
};
const tooFast = (retryAfterMs: number) => expect.objectContaining({ code: "TOO_FAST", retryAfterMs }) as Error;

it("[OP1] an address has ten wrong passwords, then one a second, and the right one helps it no sooner", () => {
  for (let i = 0; i < 10; i++) expect(ask(`guess ${i}`)).toBeUndefined();
  expect(() => ask("sesame")).toThrow(tooFast(1000));
  time += 750;
  expect(() => ask("sesame")).toThrow(tooFast(250));
  time += 250;
  expect(ask("sesame")).toBe("operator");
});

it("[OP1] other addresses, right passwords and requests without one are not slowed", () => {
  for (let i = 0; i < 10; i++) ask("guess");
  for (let i = 0; i < 100; i++) expect(ask("sesame", "2.2.2.2")).toBe("operator");
  for (let i = 0; i < 100; i++) expect(door.roleOf({ headers: {}, ip: "3.3.3.3" })).toBeUndefined();
  expect(ask("sesame", "3.3.3.3")).toBe("operator");
});

it("[OP1] wrong passwords are audited once a minute for each address, ten times in all", () => {
  for (let i = 0; i < 10; i++) ask("guess");
  expect(audit.note).toHaveBeenCalledOnce();
  expect(audit.note).toHaveBeenCalledWith({ who: "nobody", from: "1.1.1.1", action: "login", outcome: "BAD_TOKEN" });
  time += 60_000;
  ask("guess");
  expect(audit.note).toHaveBeenCalledTimes(2);
  for (let i = 0; i < 50; i++) ask("guess", `9.9.9.${i}`);
  expect(audit.note).toHaveBeenCalledTimes(11);
});
