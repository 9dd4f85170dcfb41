/** What one process tells another is believed if it has the secret, and for a minute. */
import type { Request, Response } from "express";
import { expect, it } from "vitest";
import { Peers } from "./peers.ts";

const req = { ip: "192.0.2.7", protocol: "https", host: "radio.example" } as Request;
const res = { locals: {} } as unknown as Response;

it("[AU12] is whom it is for, and where a stream goes on", () => {
  const peers = new Peers("secret", () => 0);
  const resume = { from: 200, joined: 100 };
  expect(peers.open(peers.seal(req, res, resume))).toEqual({ ...req, hops: 1, resume });
  const passed = { locals: { passed: { hops: 1 } } } as unknown as Response;
  expect(peers.open(peers.seal(req, passed))).toEqual({ ...req, hops: 2 });
});

it("[AU12] is nothing from one without the secret, changed, or too old", () => {
  let clock = 0;
  const peers = new Peers("secret", () => clock);
  const header = peers.seal(req, res);
  const [text, signature] = header.split(".") as [string, string];
  const other = Buffer.from(JSON.stringify({ hops: 1, ip: "1.2.3.4", at: 0 })).toString("base64url");
  const bad = [
    new Peers("else", () => 0).seal(req, res),
    `${other}.${signature}`,
    text,
    `${text}.`,
    "",
    ".",
    undefined,
  ];
  for (const one of [...bad, [header, header]]) expect(peers.open(one)).toBeUndefined();
  expect(peers.open(header)).toBeDefined();
  clock = 61_000;
  expect(peers.open(header)).toBeUndefined();
});
