/** Weather on the SDK's frames: what it loses, holds up and reorders, on each carrier, by a clock that the test turns. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TapLink } from "./tap.ts";
import { type Weather, WeatherTap } from "./weather.ts";

/** A tap, a clock, and what has arrived of what was sent: `3@120` is frame 3 after 120 ms. */
function crank(weather: Partial<Weather>, dice: number[] = []) {
  let now = 0;
  const timers: { at: number; then: () => void }[] = [];
  const arrived: string[] = [];
  const tap = new WeatherTap(weather, {
    now: () => now,
    wait: (ms, then) => void timers.push({ at: now + ms, then }),
    random: () => dice.shift() ?? 0.5,
  });
  const buffer = new Uint8Array(1);
  return {
    tap,
    arrived,
    send(number: number, link: TapLink, way: "out" | "in" = "out") {
      buffer[0] = number; // as Colyseus does: the same buffer for all that it sends
      tap[way](buffer, link, ([frame]) => void arrived.push(`${frame}@${now}`));
    },
    pass(ms: number) {
      now += ms;
      for (const timer of timers.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.then();
      }
    },
  };
}

const datagram: TapLink = { room: "world", carrier: "datagram" };
const webSocket: TapLink = { room: "world", carrier: "websocket" };

describe("weather", () => {
  it.each([datagram, webSocket])("[SD4] when fair passes all at once by $carrier", (link) => {
    const { send, arrived } = crank({});
    for (const frame of [1, 2, 3]) send(frame, link);
    expect(arrived).toEqual(["1@0", "2@0", "3@0"]);
  });

  it("[SD4] loses datagrams, and lets them overtake each other", () => {
    const { send, pass, arrived } = crank({ delayMs: 10, jitterMs: 100, loss: 0.3 }, [0.9, 0.8, 0.2, 0.5, 0.9, 0.1]);
    for (const frame of [1, 2, 3]) send(frame, datagram);
    for (let i = 0; i < 10; i++) pass(10);
    expect(arrived).toEqual(["3@20", "1@90"]);
  });

  it("[SD4] loses nothing of a WebSocket: what is behind a lost one waits until it was sent again", () => {
    const { send, pass, arrived } = crank({ delayMs: 10, loss: 0.3 }, [0, 0.9, 0, 0.2, 0.9, 0, 0.9]);
    for (const frame of [1, 2, 3]) send(frame, webSocket);
    pass(10);
    expect(arrived).toEqual(["1@10"]);
    pass(219);
    expect(arrived).toHaveLength(1);
    pass(1);
    expect(arrived).toEqual(["1@10", "2@230", "3@230"]);
  });

  it("[SD4] keeps the order of a WebSocket when it turns fair, and has each way to itself", () => {
    const { tap, send, pass, arrived } = crank({ delayMs: 50 });
    send(1, webSocket);
    tap.change({ delayMs: 0 });
    send(2, webSocket);
    send(7, webSocket, "in");
    expect(arrived).toEqual(["7@0"]);
    pass(50);
    expect(arrived).toEqual(["7@0", "1@50", "2@50"]);
  });

  it("[SD4] brings all that goes by WebSocket once and in order, whatever the weather and however late timers are", () => {
    const weather = fc.record({
      delayMs: fc.nat(300),
      jitterMs: fc.nat(300),
      loss: fc.double({ max: 1, min: 0, noNaN: true }),
    });
    const step = fc.oneof(
      fc.record({ type: fc.constant("send" as const), count: fc.nat(5) }),
      fc.record({ type: fc.constant("pass" as const), ms: fc.nat(400) }),
      fc.record({ type: fc.constant("turn" as const), weather }),
      fc.record({ type: fc.constant("flush" as const) }),
    );
    const dice = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), dice, (steps, numbers) => {
        const { tap, send, pass, arrived } = crank({}, numbers);
        let sent = 0;
        for (const one of steps) {
          if (one.type === "send") for (let i = 0; i < one.count; i++) send(sent++, webSocket);
          if (one.type === "pass") pass(one.ms);
          if (one.type === "turn") tap.change(one.weather);
          if (one.type === "flush") tap.flush();
        }
        pass(60_000);
        expect(arrived.map((one) => Number(one.split("@")[0]))).toEqual(Array.from({ length: sent }, (_, i) => i));
      }),
    );
  });

  it("[SD4] lets all arrive at once when it is taken off, and nothing twice", () => {
    const { tap, send, pass, arrived } = crank({ delayMs: 50 });
    for (const frame of [1, 2]) send(frame, webSocket);
    tap.flush();
    pass(100);
    expect(arrived).toEqual(["1@0", "2@0"]);
  });
});
