/** Echoes: what was delivered is known whatever is lost or reordered on the way, and nothing else is believed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomOf } from "../web/shared/seed.ts";
import type { DatagramHeader } from "./datagrams.ts";
import { Echoes } from "./echoes.ts";

const always = Number.NEGATIVE_INFINITY;
const ever = Number.MAX_VALUE;
const header = (seq: number, echo: number, before = 0, heldMs = 0): DatagramHeader => ({
  seq,
  echo: { seq: echo, before, heldMs },
});

describe("[MV4] echoes", () => {
  it("tell of all that arrived, of nothing that did not, over many turns of the number", () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 0.6, noNaN: true }), fc.boolean(), (seed, loss, isShuffled) => {
        const random = randomOf(seed);
        const [here, there] = [new Echoes(), new Echoes()];
        let arrived = 0;
        const underway: DatagramHeader[] = [];
        for (let now = 0; now < 200; now++) {
          // Of three underway mostly the first arrives next, and hardly ever one that is late by more than a few.
          underway.push(here.send(now));
          if (random() < loss) underway.pop();
          while (underway.length > (isShuffled ? 3 : 0)) {
            const next = random() < 0.5 ? 0 : Math.floor(random() * underway.length);
            there.receive(underway.splice(next, 1)[0]!, now);
            arrived++;
          }
          if (random() < 0.3) here.receive(there.send(now), now);
        }
        here.receive(there.send(200), 200);
        const known = here.countDelivered(always, ever);
        expect(known).toBeLessThanOrEqual(arrived);
        // An echo tells of 33: more in a row without one, or one that is later than that, are rare but may be.
        expect(known).toBeGreaterThanOrEqual(arrived * 0.9 - 1);
      }),
    );
  });

  it("tell of each that was lost, once, and of none that arrived or is only late", () => {
    const [here, there] = [new Echoes(), new Echoes()];
    const told: number[] = [];
    const expected: number[] = [];
    for (let now = 0; now < 70_000; now++) {
      const sent = here.send(now, () => told.push(now));
      // of seven one is lost; one that is late comes after the next two
      if (now % 7 === 0) expected.push(now);
      else there.receive(sent, now);
      if (now % 4 === 0) here.receive(there.send(now), now);
    }
    const late = here.send(70_000, () => told.push(70_000));
    for (let now = 70_001; now < 70_003; now++) there.receive(here.send(now), now);
    here.receive(there.send(70_003), 70_003);
    there.receive(late, 70_003);
    for (let now = 70_003; now < 70_010; now++) there.receive(here.send(now), now);
    here.receive(there.send(70_010), 70_010);
    expect(told).toEqual(expected);
  });

  it("tell of nothing that was sent on an earlier transport", () => {
    const [here, there] = [new Echoes(), new Echoes()];
    here.send(0, () => expect.unreachable("it is not known whether it arrived"));
    here.reset();
    for (let now = 1; now < 300; now++) there.receive(here.send(now), now);
    here.receive(there.send(300), 300);
  });

  it("go on over the turn of the number", () => {
    const [here, there] = [new Echoes(), new Echoes()];
    for (let now = 0; now < 200_000; now++) {
      there.receive(here.send(now), now);
      if (now % 7 === 0) here.receive(there.send(now), now);
    }
    expect(here.deliveredSentAt).toBeGreaterThan(200_000 - 8);
    expect(here.stats(200_000)).toMatchObject({ roundTripMs: 0, loss: 0, lossReceiving: 0 });
  });

  it("of what was never sent, or sent on an earlier transport, prove nothing", () => {
    const echoes = new Echoes();
    const { seq } = echoes.send(10);
    echoes.receive(header(1, seq + 1), 20);
    echoes.receive(header(2, seq + 300, 0xffff_ffff), 20);
    echoes.receive(header(3, seq - 1, 0xffff_fffe), 20);
    expect(echoes.deliveredSentAt).toBe(always);
    echoes.reset();
    echoes.receive(header(4, seq), 20);
    expect(echoes.countDelivered(always, ever)).toBe(0);
    const next = echoes.send(30).seq;
    echoes.receive(header(5, next, 1), 50);
    expect(echoes.countDelivered(always, ever)).toBe(1);
    expect(echoes.deliveredSentAt).toBe(30);
  });

  it("count once, however often they come, and by when the first came", () => {
    const echoes = new Echoes();
    const first = echoes.send(0).seq;
    const second = echoes.send(10).seq;
    for (const now of [100, 900]) echoes.receive(header(now, second, 1), now);
    expect(first).toBe(second - 1);
    expect(echoes.countDelivered(always, 100)).toBe(2);
    expect(echoes.countDelivered(always, 90)).toBe(1);
    expect(echoes.countDelivered(1, 100)).toBe(1);
  });

  it("give the round trip without the time they were held, unless that is not known", () => {
    const echoes = new Echoes();
    echoes.receive(header(1, echoes.send(0).seq, 0, 200), 260);
    expect(echoes.stats(260).roundTripMs).toBe(60);
    echoes.receive(header(2, echoes.send(300).seq, 0, 0x7fff), 40_000);
    expect(echoes.stats(40_000).roundTripMs).toBe(60);
    // A peer that says it held longer than that cannot have been faster than at once.
    echoes.receive(header(3, echoes.send(50_000).seq, 0, 500), 50_010);
    expect(echoes.leastRoundTripMs).toBe(0);
  });

  it("make the least round trip that of the last twenty seconds at most", () => {
    const echoes = new Echoes();
    const trip = (now: number, ms: number) => echoes.receive(header(now & 0xffff, echoes.send(now - ms).seq), now);
    for (let now = 100; now < 30_000; now += 100) trip(now, 50);
    for (let now = 30_000; now < 40_000; now += 100) trip(now, 90);
    expect(echoes.leastRoundTripMs).toBe(50);
    for (let now = 40_000; now < 60_000; now += 100) trip(now, 90);
    expect(echoes.leastRoundTripMs).toBe(90);
  });
});
