/** A link's weather: shares and delays as they were asked for, the same for the same seed, and nothing kept for good. */
import { describe, expect, it } from "vitest";
import { endpointOf, through } from "./udpWeather.ts";
import { Link, type Weather } from "./weather.ts";
import { parseWeather, repaired } from "./weatherOption.ts";

type Numbered = { readonly length: number; readonly id: number };

/** Sends `count` packets `everyMs` apart; when each arrival came, in the order of arrival. */
function run(weather: Partial<Weather>, { count = 20_000, everyMs = 10, seed = 1, length = 100 } = {}) {
  const link = new Link<Numbered>(weather, seed);
  const arrivals: { id: number; afterMs: number }[] = [];
  const take = (now: number) => {
    for (const { id } of link.due(now)) arrivals.push({ id, afterMs: now - id * everyMs });
  };
  for (let id = 0; id < count; id++) {
    for (let now = (id - 1) * everyMs + 1; now <= id * everyMs; now++) take(now);
    link.send({ id, length }, id * everyMs);
  }
  while (link.nextAt !== undefined) take(Math.ceil(link.nextAt));
  return { arrivals, link, ids: arrivals.map(({ id }) => id), delays: arrivals.map(({ afterMs }) => afterMs) };
}
const isOrdered = (ids: number[]) => ids.every((id, i) => i === 0 || id >= ids[i - 1]!);

describe("[LT3] a link", () => {
  it("delivers everything at once, in order, in fair weather", () => {
    const link = new Link({}, 1);
    const packets = [Uint8Array.of(1), Uint8Array.of(2)];
    for (const packet of packets) link.send(packet, 5);
    expect(link.due(4.9)).toEqual([]);
    expect(link.due(5)).toEqual(packets);
    expect(link.due(5)).toEqual([]);
  });

  it("delays by what it was asked to, and keeps the order with jitter", () => {
    expect(new Set(run({ delayMs: 50 }).delays)).toEqual(new Set([50]));
    const { delays, ids } = run({ delayMs: 50, jitterMs: 40 });
    expect(isOrdered(ids)).toBe(true);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...delays)).toBeLessThanOrEqual(91);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(35);
  });

  it("loses, doubles and reorders the share it was asked to", () => {
    const { arrivals, link, ids } = run({ loss: 0.2, duplicate: 0.1, reorder: 0.05, reorderMs: 25, delayMs: 30 });
    const { sent, lost, duplicated, reordered, delivered } = link.counts;
    expect(sent).toBe(20_000);
    expect(lost / sent).toBeCloseTo(0.2, 1.7);
    expect(duplicated / (sent - lost)).toBeCloseTo(0.1, 1.7);
    expect(reordered / (sent - lost)).toBeCloseTo(0.05, 1.7);
    expect(delivered).toBe(arrivals.length);
    expect(delivered).toBe(sent - lost + duplicated);
    expect(new Set(ids).size).toBe(sent - lost);
    expect(isOrdered(ids)).toBe(false);
  });

  it("carries so many bytes a second, and drops what would wait too long", () => {
    // 10 kB/s offered
    const { arrivals, link, delays } = run({ bytesPerSecond: 5000, queueMs: 300 });
    expect(arrivals.length / 20_000).toBeCloseTo(0.5, 1.7);
    expect(link.counts.overflowed + arrivals.length).toBe(20_000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(300 + 21);
  });

  it("makes the same weather from the same seed", () => {
    const weather = { loss: 0.1, jitterMs: 30, duplicate: 0.1, reorder: 0.1 };
    expect(run(weather, { count: 500 }).arrivals).toEqual(run(weather, { count: 500 }).arrivals);
    expect(run(weather, { count: 500, seed: 2 }).arrivals).not.toEqual(run(weather, { count: 500 }).arrivals);
  });

  it("changes while packets are underway, which arrive as they would have", () => {
    const link = new Link({ delayMs: 100 }, 1);
    link.send(Uint8Array.of(1), 0);
    link.change({ loss: 1 });
    link.send(Uint8Array.of(2), 10);
    link.change({ loss: 0, delayMs: 10 });
    link.send(Uint8Array.of(3), 20);
    expect(link.underway).toBe(2);
    expect(link.nextAt).toBe(100);
    expect(link.due(1000).map(([id]) => id)).toEqual([1, 3]);
    expect(link.underway).toBe(0);
  });

  it("[LT3] mends what is lost where it goes by TCP: all arrive once, in order, those behind a lost one with it", () => {
    const weather = repaired(parseWeather("loss=10,delay=50,reorder=10,duplicate=10"));
    const link = new Link(weather, 1);
    for (let i = 0; i < 200; i++) link.send(Uint8Array.of(i), i);
    expect(link.counts.lost).toBeGreaterThan(5);
    expect(link.due(249).length).toBeLessThan(200);
    expect(link.due(10_000).length).toBeGreaterThan(0);
    const whole = new Link(weather, 1);
    for (let i = 0; i < 200; i++) whole.send(Uint8Array.of(i), i);
    expect(whole.due(10_000).map(([id]) => id)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });
});

describe("[LT3] --weather", () => {
  it("takes percent and ms", () => {
    const weather = { loss: 0.05, delayMs: 50, jitterMs: 20, reorder: 0.01, duplicate: 0.01 };
    expect(parseWeather("loss=5,delay=50,jitter=20,reorder=1,duplicate=1")).toMatchObject(weather);
  });

  it.each(["", "los=5", "loss", "loss=-1", "loss=101", "delay=20000", "toString=1", "loss=5;delay=3"])(
    "refuses %j",
    (text) => {
      expect(() => parseWeather(text)).toThrow(/write name=number|must be at most/);
    },
  );
});

describe("[LT3] the way of datagrams", () => {
  const answer = [
    "v=0",
    "a=candidate:1 1 UDP 2130706431 203.0.113.7 4000 typ host",
    "a=candidate:2 1 UDP 2130706175 127.0.0.1 4001 typ host",
    "a=end-of-candidates",
    "",
  ].join("\r\n");

  it("leads through a socket of the load generator, and nowhere else", () => {
    expect(endpointOf(answer)).toEqual({ address: "127.0.0.1", port: 4001 });
    const changed = through(answer, 5000);
    expect(changed).toContain("a=candidate:1 1 UDP 2130706431 127.0.0.1 5000 typ host\r\n");
    expect(changed).not.toMatch(/400[01]/);
  });
});
