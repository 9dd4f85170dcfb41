/**
 * The channel's rules, with two ends over links with weather.
 * FC_SEED and FC_PATH replay a schedule that failed (fast-check prints them); FC_RUNS asks for more.
 */
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { type End, Pair, type PairOptions } from "../test/lib/channelPair.ts";
import { Channel, type ChannelEffect, type ChannelEvent } from "./channel.ts";
import { readDatagram } from "./datagrams.ts";

vi.setConfig({ testTimeout: 3_600_000 });

const ends = ["client", "server"] as const;
const rates = [
  [20, 20],
  [30, 20],
  [0, 20],
  [0, 0],
] as const;
const bothOpen = ["open", "open"];
const states = ({ client, server }: Pair) => [client.channel.state.name, server.channel.state.name];
const changesOf = ({ client, server }: Pair) => [...client.changes, ...server.changes];
const byDatagram = ({ client, server }: Pair) => client.framesByDatagram + server.framesByDatagram;

/** A pair that has proven itself, in the given weather. */
function openPair(options: PairOptions = {}): Pair {
  const pair = new Pair(options);
  pair.run(3000);
  expect(states(pair)).toEqual(bothOpen);
  return pair;
}

/** For each end: how long after the last arrival of what it sends it was on the WebSocket. Runs for 5 s. */
function timesToLeave(pair: Pair): Record<"client" | "server", number> {
  const left = { client: Number.POSITIVE_INFINITY, server: Number.POSITIVE_INFINITY };
  pair.run(5000, () => {
    for (const name of ends) {
      const arrivedAt = pair[name === "client" ? "server" : "client"].arrivedAt;
      if (left[name] === Number.POSITIVE_INFINITY && pair[name].carrier === "websocket") {
        left[name] = pair.now - arrivedAt;
      }
    }
  });
  return left;
}

describe("[MV4] going up", () => {
  it("starts on the WebSocket and goes up by proof, soon after the transport opened", () => {
    const pair = new Pair({ weather: { delayMs: 50 } });
    expect(pair.client.channel.carrier).toBe("websocket");
    pair.run(1000);
    expect(states(pair)).toEqual(bothOpen);
    expect(pair.client.changes[0]).toBeLessThan(700);
    expect(pair.client.channel.stats(pair.now)).toMatchObject({ reason: "proven", switches: 0 });
  });

  it("takes no transport's own word: open and delivering nothing, either way or both, is never used", () => {
    for (const dead of ends) {
      const pair = new Pair();
      pair[dead].out.change({ loss: 1 });
      pair.run(120_000);
      expect(byDatagram(pair)).toBe(0);
    }
  });

  it("takes no channel that lags by more than a second", () => {
    const pair = new Pair({ weather: { delayMs: 750 } });
    pair.run(120_000);
    expect(byDatagram(pair)).toBe(0);
  });

  it("goes up and stays there on a long way, too", () => {
    const pair = new Pair({ weather: { delayMs: 350, loss: 0.05 } });
    pair.run(5000);
    expect(states(pair)).toEqual(bothOpen);
    pair.run(600_000);
    expect(changesOf(pair)).toHaveLength(2);
  });
});

describe("[MV4] staying up", () => {
  for (const [clientHz, serverHz] of rates) {
    it(`does not flap at 20 % loss, 100 ms and jitter, at ${clientHz} and ${serverHz} frames a second`, () => {
      const weather = { delayMs: 100, jitterMs: 30, loss: 0.2, reorder: 0.05, duplicate: 0.05 };
      const pair = openPair({ weather, clientHz, serverHz });
      pair.run(1_000_000);
      expect(changesOf(pair)).toHaveLength(2);
    });
  }
});

describe("[MV4] going down", () => {
  const weathers = [
    { delayMs: 20 },
    { delayMs: 50, loss: 0.05 },
    { delayMs: 100, jitterMs: 30, loss: 0.2 },
    { delayMs: 250, loss: 0.1 },
  ];
  for (const weather of weathers) {
    for (const [clientHz, serverHz] of rates) {
      const title = `${JSON.stringify(weather)}, ${clientHz} and ${serverHz} frames a second`;
      it(`is on the WebSocket within 2 s of the last good frame, whatever way is closed: ${title}`, () => {
        for (const closed of [["client"], ["server"], ["client", "server"]] as const) {
          for (let seed = 1; seed <= 5; seed++) {
            const pair = openPair({ weather, clientHz: clientHz || 4, serverHz: serverHz || 4, seed });
            pair.run(seed * 370);
            for (const name of closed) pair[name].out.change({ loss: 1 });
            const left = timesToLeave(pair);
            for (const name of closed) expect(left[name]).toBeLessThanOrEqual(2000);
            // The other end, too: without echoes there is no proof.
            expect(states(pair)).not.toContain("open");
          }
        }
      });
    }
  }

  it("catches a channel that begins to lag by a queue of 1.5 s, though everything arrives", () => {
    const pair = openPair({ weather: { delayMs: 50 } });
    pair.change({ delayMs: 1550 });
    pair.run(2500);
    expect(pair.client.carrier).toBe("websocket");
    expect(pair.server.carrier).toBe("websocket");
    pair.change({ delayMs: 50 });
    pair.run(20_000);
    expect(states(pair)).toEqual(bothOpen);
  });

  it("catches a queue that grows because the link is too thin, in one way only", () => {
    const pair = openPair({ weather: { delayMs: 50, queueMs: 5000 } });
    pair.server.out.change({ bytesPerSecond: 2500 });
    pair.run(4000);
    expect(pair.server.channel.stats(pair.now)).toMatchObject({ state: "stalled", reason: "late" });
  });

  it("takes a close at once, and comes back with a new transport within 10 s of a carrier's death", () => {
    const pair = openPair();
    pair.run(10_000);
    pair.kill();
    expect(states(pair)).toEqual(["fallback", "fallback"]);
    pair.run(10_000);
    expect(states(pair)).toEqual(bothOpen);
  });

  it("comes back within 10 s of a carrier's death of which nobody was told", () => {
    const pair = openPair();
    pair.cut();
    pair.run(10_000);
    expect(states(pair)).toEqual(bothOpen);
    expect(pair.client.transport).toBe(4);
  });
});

describe("[MV4] coming back", () => {
  it("is by proof, over the same transport where it only stalled", () => {
    const pair = openPair();
    pair.change({ loss: 1 });
    pair.run(3000);
    expect(states(pair)).toEqual(["stalled", "stalled"]);
    pair.change({ loss: 0 });
    pair.run(4000);
    expect(states(pair)).toEqual(bothOpen);
    expect(pair.client.transport).toBe(1);
    expect(pair.client.channel.stats(pair.now).switches).toBe(2);
  });

  it("is soon for the server, too, where the client was silent for long, as one that was suspended", () => {
    const pair = openPair();
    pair.change({ loss: 1 });
    // The server's pauses grow; the client would make a new transport if it were awake.
    for (const end = pair.now + 80_000; pair.now < end; pair.now += 50) pair.apply(pair.server, { type: "tick" });
    expect(pair.server.carrier).toBe("websocket");
    pair.change({ loss: 0 });
    pair.run(4000);
    expect(states(pair)).toEqual(bothOpen);
    expect(pair.client.transport).toBe(1);
  });

  it("makes a new transport where the old one stays dead, after 2, 5, 15 and then every 60 s", () => {
    const pair = openPair();
    pair.isReachable = false;
    pair.change({ loss: 1 });
    const from = pair.now;
    pair.run(400_000);
    const offers = pair.client.effects
      .filter(({ name, at }) => name === "offer" && at > from)
      .map(({ at }) => at - from);
    const gaps = offers.map((at, i) => Math.round((at - (offers[i - 1] ?? 0)) / 1000));
    // Each try takes the 10 s until it is given up; pauses are spread by an eighth here.
    expect(gaps.slice(0, 5)).toEqual([6, 16, 27, 78, 78]);
    expect(byDatagram(pair)).toBeGreaterThan(0);
  });

  it("waits after three switches within a minute", () => {
    const pair = openPair();
    for (let i = 0; i < 20; i++) {
      pair.change({ loss: 1 });
      pair.run(3000);
      pair.change({ loss: 0 });
      pair.run(7000);
    }
    for (const name of ends) {
      expect(mostInAMinute(pair[name].changes.slice(1))).toBe(3);
      expect(pair[name].channel.stats(pair.now).switches).toBe(pair[name].changes.length - 1);
    }
  });

  it("offers at once when the network changed, but never twice within a second", () => {
    const pair = new Pair();
    pair.isReachable = false;
    pair.run(60_000);
    pair.isReachable = true;
    const before = pair.client.effects.length;
    for (let i = 0; i < 20; i++) pair.apply(pair.client, { type: "networkChanged" });
    pair.run(900);
    const offers = pair.client.effects.slice(before).filter(({ name }) => name === "offer");
    expect(offers).toHaveLength(1);
    pair.run(1000);
    expect(states(pair)).toEqual(bothOpen);
  });

  it("does not wait for a transport that stalls right after the network changed", () => {
    const pair = openPair();
    pair.cut();
    pair.apply(pair.client, { type: "networkChanged" });
    expect(pair.client.channel.state.name).toBe("open");
    pair.run(2500);
    expect(states(pair)).toEqual(bothOpen);
    expect(pair.client.transport).toBe(4);
  });

  it("never offers again where there are no datagrams", () => {
    const channel = new Channel("client");
    expect(channel.apply({ type: "tick" }, 0)).toEqual(["offer"]);
    expect(channel.apply({ type: "closed", reason: "off" }, 10)).toEqual([]);
    channel.apply({ type: "networkChanged" }, 20);
    for (let now = 0; now < 1e6; now += 50) expect(channel.apply({ type: "tick" }, now)).toEqual([]);
  });

  it("is never offered by the server", () => {
    const channel = new Channel("server");
    for (let now = 0; now < 1e6; now += 50) expect(channel.apply({ type: "tick" }, now)).toEqual([]);
  });
});

describe("[MV4] a clock that leaps", () => {
  it("asks for a fresh proof after hours of sleep, without a burst of anything", () => {
    for (const leapMs of [6000, 3_600_000, 1e9]) {
      const pair = openPair();
      pair.run(60_000);
      const { channel } = pair.client;
      const now = pair.now + leapMs;
      expect(channel.apply({ type: "tick" }, now)).toHaveLength(1);
      expect(channel.stats(now)).toMatchObject({ state: "stalled", reason: "asleep" });
      const effects: ChannelEffect[] = [];
      for (let ms = 50; ms <= 1000; ms += 50) effects.push(...channel.apply({ type: "tick" }, now + ms));
      expect(effects.length).toBeLessThanOrEqual(20);
    }
  });

  it("is up again soon after waking, where the transport still delivers", () => {
    const pair = openPair();
    pair.run(60_000);
    pair.sleep(3_600_000);
    pair.run(5000);
    expect(states(pair)).toEqual(bothOpen);
    expect(pair.client.changes).toHaveLength(3);
  });

  it("tries again soon after waking, however long the pause was to be", () => {
    const pair = new Pair();
    pair.isReachable = false;
    pair.run(200_000);
    pair.isReachable = true;
    pair.sleep(3_600_000);
    pair.run(4000);
    expect(states(pair)).toEqual(bothOpen);
  });

  it("does not take time in which nobody looked for silence, nor a step back for anything", () => {
    const pair = openPair();
    const { channel } = pair.client;
    expect(channel.apply({ type: "tick" }, pair.now + 900)).toEqual(["heartbeat"]);
    channel.apply({ type: "tick" }, pair.now - 1e7);
    channel.apply({ type: "tick" }, pair.now - 1e7 + 10);
    channel.apply({ type: "tick" }, Number.NaN);
    channel.apply({ type: "tick" }, pair.now + 5000);
    expect(channel.carrier).toBe("datagram");
  });
});

describe("[MV4] a new offer to the server", () => {
  it("takes the place of a transport in use: on the WebSocket at once, up again by proof", () => {
    const pair = openPair();
    pair.client.transport = 0;
    pair.apply(pair.client, { type: "closed", reason: "closed" });
    pair.run(2600);
    expect(states(pair)[1]).not.toBe("open");
    pair.run(2000);
    expect(states(pair)).toEqual(bothOpen);
  });
});

describe("[MV4] what a channel says of itself", () => {
  it("is the round trip without the time that echoes were held, the jitter, and the loss each way", () => {
    const pair = openPair({ weather: { delayMs: 60 } });
    pair.client.out.change({ loss: 0.2 });
    pair.run(60_000);
    const of = (end: End) => end.channel.stats(pair.now);
    expect(of(pair.client).roundTripMs).toBeCloseTo(120, -1);
    expect(of(pair.client).jitterMs).toBeLessThan(10);
    expect(of(pair.client).loss).toBeCloseTo(0.2, 0.7);
    expect(of(pair.client).lossReceiving).toBe(0);
    expect(of(pair.server).loss).toBe(0);
    expect(of(pair.server).lossReceiving).toBeCloseTo(0.2, 0.7);
  });
});

describe("[MV4] whatever the weather", () => {
  const way = fc.record({
    delayMs: fc.constantFrom(0, 20, 100, 300, 800, 2000),
    jitterMs: fc.constantFrom(0, 50, 500),
    loss: fc.constantFrom(0, 0.05, 0.2, 0.5, 0.9, 1),
    duplicate: fc.constantFrom(0, 0.2),
    reorder: fc.constantFrom(0, 0.3),
    bytesPerSecond: fc.constantFrom(Number.POSITIVE_INFINITY, 2000),
  });
  const spell = fc.oneof(
    fc.record({ to: way, back: way, isReachable: fc.boolean(), ms: fc.integer({ min: 50, max: 20_000 }) }),
    fc.constantFrom<"kill" | "cut" | "networkChanged" | "sleep">("kill", "cut", "networkChanged", "sleep"),
  );
  const from = process.env;
  const replay = {
    ...(from["FC_SEED"] ? { seed: Number(from["FC_SEED"]) } : {}),
    ...(from["FC_PATH"] ? { path: from["FC_PATH"] } : {}),
  };

  it("switches at most three times in any minute, and is up again once it is fair", () => {
    fc.assert(
      fc.property(fc.array(spell, { maxLength: 30, size: "max" }), fc.nat(), (spells, seed) => {
        const pair = new Pair({ seed, clientHz: seed % 2 ? 20 : 0, serverHz: seed % 3 ? 20 : 0 });
        for (const one of spells) {
          if (one === "networkChanged") pair.apply(pair.client, { type: one });
          else if (one === "sleep") pair.sleep(7000);
          else if (typeof one === "string") pair[one]();
          else {
            pair.client.out.change(one.to);
            pair.server.out.change(one.back);
            pair.isReachable = one.isReachable;
            pair.run(one.ms);
          }
        }
        pair.isReachable = true;
        pair.change({ delayMs: 50, jitterMs: 0, loss: 0, bytesPerSecond: Number.POSITIVE_INFINITY });
        pair.run(120_000);
        expect(states(pair)).toEqual(bothOpen);
        for (const name of ends) {
          expect(mostInAMinute(pair[name].changes.slice(1))).toBeLessThanOrEqual(3);
          // 20 heartbeats a second at most, and no more than an offer and a close with any of them.
          expect(pair[name].effects.length).toBeLessThanOrEqual((pair.now / 1000) * 22 + 10);
        }
      }),
      { numRuns: Number(from["FC_RUNS"] ?? 40), ...replay },
    );
  });

  it("takes any events at any times, from a peer that makes up its echoes", () => {
    const number = (max: number) => fc.nat({ max });
    const echo = fc.record({ seq: number(300), before: number(0xffff_ffff), heldMs: number(0x7fff) });
    const event: fc.Arbitrary<ChannelEvent> = fc.oneof(
      fc.constantFrom<ChannelEvent>(
        { type: "tick" },
        { type: "offered" },
        { type: "opened" },
        { type: "networkChanged" },
      ),
      fc.record({
        type: fc.constant("closed" as const),
        reason: fc.constantFrom("closed" as const, "refused" as const, "carrier" as const),
      }),
      fc.record({
        type: fc.constant("received" as const),
        header: fc.record({ seq: number(0xffff), echo: fc.option(echo, { nil: undefined }) }),
      }),
    );
    const step = fc.record({ event, after: fc.oneof(number(200), number(100_000), fc.integer()), sends: fc.boolean() });
    fc.assert(
      fc.property(fc.constantFrom(...ends), fc.array(step, { maxLength: 200, size: "max" }), (role, steps) => {
        const channel = new Channel(role);
        let now = 0;
        for (const { event, after, sends } of steps) {
          now += after;
          const effects = channel.apply(event, now);
          expect(effects.length).toBeLessThanOrEqual(3);
          if (role === "server") expect(effects).not.toContain("offer");
          if (sends) readDatagram(channel.wrap(undefined, now));
          const { roundTripMs = 0, jitterMs, loss, lossReceiving, silentMs } = channel.stats(now);
          for (const figure of [roundTripMs, jitterMs, loss, lossReceiving, silentMs]) {
            if (!(figure >= 0 && Number.isFinite(figure))) expect.unreachable();
          }
        }
      }),
      { numRuns: Number(from["FC_RUNS"] ?? 300), ...replay },
    );
  });
});

function mostInAMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length));
}
