/** [OP4] What a server tells of itself is what the dashboard, the alerts and the guide speak of. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../client/index.ts";
import { dashboard } from "../docs/dashboard.ts";
import { get, post } from "./lib/fetch.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";

const read = (path: string) => readFileSync(new URL(`../docs/${path}`, import.meta.url), "utf8");
const metricName = /\b(?:hereabouts|nodejs|process)_\w+/g;

let server: TestServer;
/** By name, of a histogram also those of its parts. */
const exposed = new Set<string>();

beforeAll(async () => {
  server = await startTestServer({ env: { MAX_PEOPLE: "1" } });
  const { text } = await get(server.url, "/metrics");
  for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    exposed.add(name!);
    if (type === "histogram") for (const part of ["bucket", "count", "sum"]) exposed.add(`${name}_${part}`);
  }
});
afterAll(() => server?.stop());

const unknownIn = (text: string) => [...new Set(text.match(metricName))].filter((name) => !exposed.has(name));

describe("[OP4] metrics", () => {
  it.each(["examples/grafana-dashboard.json", "examples/alerts.yml", "guides/metrics.md"])(
    "named in docs/%s are those of a server",
    (path) => {
      expect(read(path).match(metricName)?.length).toBeGreaterThan(10);
      expect(unknownIn(read(path))).toEqual([]);
    },
  );

  it("are each explained in the guide", () => {
    const guide = new Set(read("guides/metrics.md").match(metricName));
    const ours = [...exposed].filter((name) => name.startsWith("hereabouts_") && !/_(bucket|count|sum)$/.test(name));
    expect(ours.filter((name) => !guide.has(name))).toEqual([]);
  });

  it("have the dashboard that docs/dashboard.ts describes", () => {
    expect(read("examples/grafana-dashboard.json")).toBe(dashboard());
    const { panels } = JSON.parse(dashboard()) as { panels: { type: string; title: string; fieldConfig?: object }[] };
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    for (const panel of panels) if (panel.type !== "row") expect(panel).toHaveProperty("fieldConfig.defaults.unit");
  });

  it("have alerts that each say what to do", () => {
    const alerts = read("examples/alerts.yml").split("- alert: ").slice(1);
    expect(alerts.filter((alert) => !/severity: (page|warn)/.test(alert) || !/remedy: ".+"/.test(alert))).toEqual([]);
  });

  it("tell of joins, frames, lines and answers as they happen", async () => {
    const metric = (name: string, labels?: string) => server.metric(`hereabouts_${name}`, labels);
    const here = await connect(server.url, { storage: null });
    const world = await here.world("counted");
    const chat = await here.chat("counted");
    await chat.say("one");
    await chat.say("two");
    await expect(chat.say("x".repeat(600))).rejects.toMatchObject({ code: "BAD_MESSAGE" });
    world.moveTo({ x: 1, y: 1 });
    await expect.poll(() => metric("frames_total", 'carrier="websocket"')).toBeGreaterThan(0);
    expect(await metric("frame_bytes_total", 'carrier="websocket"')).toBeGreaterThan(0);
    expect(await metric("joins_total", 'kind="world",outcome="seat"')).toBe(1);
    expect(await metric("join_seconds_count", 'kind="chat"')).toBe(1);
    for (const of of ["say", "store"]) {
      expect(await metric(`chat_${of}_seconds_count`, 'outcome="stored"')).toBe(2);
      expect(await metric(`chat_${of}_seconds_sum`, 'outcome="stored"')).toBeGreaterThan(0);
    }
    expect(await metric("refused_total", 'code="BAD_MESSAGE"')).toBe(1);
    expect(await metric("rooms", 'kind="world"')).toBe(1);
    expect(await metric("seats", 'kind="chat",carrier="websocket"')).toBe(1);
    expect((await post(server.url, "/matchmake/joinOrCreate/world", { slug: "no slug" })).status).toBe(400);
    expect(await metric("joins_total", 'kind="world",outcome="BAD_SLUG"')).toBe(1);
    expect((await get(server.url, "/nothing/here")).status).toBe(404);
    expect(await metric("http_responses_total", 'status="404"')).toBe(1);
    await here.close();
  });

  it("count those who are turned away once they have a seat", async () => {
    const [one, two] = await Promise.all([0, 1].map(() => connect(server.url, { storage: null })));
    await one!.world("small");
    await expect(two!.world("small")).rejects.toMatchObject({ code: "ROOM_FULL" });
    expect(await server.metric("hereabouts_joins_total", 'kind="world",outcome="ROOM_FULL"')).toBeGreaterThan(0);
    await Promise.all([one!.close(), two!.close()]);
  });
});
