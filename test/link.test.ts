/** What operators see of datagrams: the mix of carriers in each world, and figures of how well they arrive. */
import { RTCPeerConnection } from "node-datachannel/polyfill";
import { expect, it, onTestFinished, vi } from "vitest";
import { connect } from "../client/index.ts";
import { basicAuth } from "./lib/http.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";

it("[OP1] [OP4] the monitor has a world's mix of carriers, and metrics say how well they do", async () => {
  const server = await serverOfTest({ env: { MONITOR_PASSWORD: "open sesame" } });
  const people = await Promise.all(
    [RTCPeerConnection, RTCPeerConnection, false].map((datagrams) => connect(server.url, { datagrams, storage: null })),
  );
  const worlds = await Promise.all(people.map((here) => here.world("seen")));
  let step = 0;
  const walking = setInterval(() => {
    step++;
    for (const world of worlds) world.moveTo({ x: step, y: 0 });
  }, 33);
  onTestFinished(async () => {
    clearInterval(walking);
    await Promise.all(people.map((here) => here.close()));
  });
  const carriers = async () => {
    const answer = await fetch(`${server.url}/monitor/api`, { headers: basicAuth("operator", "open sesame") });
    const { rooms } = (await answer.json()) as { rooms: { metadata: { label: string; carriers: string } }[] };
    return rooms.find(({ metadata }) => metadata.label === "seen")?.metadata.carriers;
  };
  const eventually = { timeout: 10_000, interval: 100 };
  await vi.waitFor(async () => expect(await carriers()).toBe("udp 2 / ws 1"), eventually);

  const metric = (name: string, labels?: string) => server.metric(`hereabouts_${name}`, labels);
  await vi.waitFor(
    async () => expect(await metric("datagrams_total", 'direction="in"')).toBeGreaterThan(60),
    eventually,
  );
  expect(await metric("channels")).toBe(2);
  expect(await metric("seats", 'kind="world",carrier="datagram"')).toBe(2);
  expect(await metric("seats", 'kind="world",carrier="websocket"')).toBe(1);
  for (const carrier of ["datagram", "websocket"]) {
    expect(await metric("frames_total", `carrier="${carrier}"`)).toBeGreaterThan(20);
    expect(await metric("frame_bytes_total", `carrier="${carrier}"`)).toBeGreaterThan(200);
  }
  expect(await metric("channels", 'state="open",reason="proven"')).toBe(2);
  expect(await metric("datagrams_total", 'direction="out"')).toBeGreaterThan(20);
  expect(await metric("datagrams_dropped_total")).toBe(0);
  for (const quantile of ["0.5", "0.95"]) {
    const roundTrip = await metric("channel_round_trip_seconds", `quantile="${quantile}"`);
    expect(roundTrip).toBeGreaterThan(0);
    expect(roundTrip).toBeLessThan(0.1);
  }
  expect(await metric("channel_jitter_seconds")).toBeLessThan(0.1);
  expect(await metric("channel_loss_ratio")).toBe(0);
  expect(await metric("channel_loss_receiving_ratio")).toBe(0);
  expect(await metric("carrier_up")).toBe(1);
  expect(await metric("carrier_restarts_total")).toBe(0);
  expect(await metric("carrier_cpu_seconds_total")).toBeGreaterThan(0);
  expect(await metric("carrier_resident_memory_bytes")).toBeGreaterThan(1e7);

  await people[0]!.close();
  await vi.waitFor(async () => expect(await carriers()).toBe("udp 1 / ws 1"), eventually);
});
