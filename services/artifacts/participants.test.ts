/** Who is there is always listed; of those who left, the last ones. */
import { expect, it } from "vitest";
import { Participants } from "./participants.ts";

it("[SE1] lists all who are there, and of those who left the last ones", () => {
  const participants = new Participants();
  for (let i = 0; i < 700; i++) participants.joined(`resident-${i}`, "", 0);
  for (let i = 0; i < 600; i++) {
    participants.joined(`guest-${i}`, "", i);
    participants.left(`guest-${i}`, i + 1);
  }
  expect(participants.count).toBe(1200);
  expect(participants.leftOut).toBe(100);
  const listed = new Set(participants.all.map(({ person }) => person));
  expect([listed.has("resident-0"), listed.has("guest-99"), listed.has("guest-100")]).toEqual([true, false, true]);
});

it("[SE1] counts seats: who has two and gives up one is there", () => {
  const participants = new Participants();
  participants.joined("ada", "Ada", 1);
  participants.joined("ada", "Ada", 2);
  participants.left("ada", 3);
  participants.joined("bob", "", 4);
  participants.left("bob", 5);
  participants.left("bob", 6);
  expect(participants.all).toEqual([
    { person: "bob", handle: "", first: 4, last: 5 },
    { person: "ada", handle: "Ada", first: 1, last: 3 },
  ]);
  participants.left("ada", 7);
  participants.joined("ada", "Ada L", 8);
  expect(participants.all[1]).toEqual({ person: "ada", handle: "Ada L", first: 1, last: 8 });
  expect([participants.erase("ada"), participants.erase("ada"), participants.leftOut]).toEqual([true, false, 1]);
});

it("[SE1] lists among those who left whoever only hears it, and keeps nobody for it", () => {
  const participants = new Participants();
  participants.joined("ada", "Ada", 1);
  participants.heard("ada", "Ada", 2);
  participants.left("ada", 3);
  for (let i = 0; i < 600; i++) participants.heard(`listener-${i}`, "", i);
  participants.heard("listener-599", "", 700);
  expect([participants.count, participants.leftOut]).toEqual([500, 101]);
  expect(participants.all.at(-1)).toEqual({ person: "listener-599", handle: "", first: 599, last: 700 });
});
