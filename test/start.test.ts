/** How the server starts, what it says then, and what keeps it from starting. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ask, basicAuth } from "./lib/http.ts";
import { launch, startTestServer, type TestServer } from "./lib/server.ts";
import { serverOfTest } from "./lib/serverOfTest.ts";

let server: TestServer;
let url: string;

beforeAll(async () => {
  server = await startTestServer({ env: { MONITOR_PASSWORD: "open sesame" } });
  url = server.url;
});
afterAll(() => server?.stop());

describe("starting [SV1] [SV2] [OP3]", () => {
  it("prints the pages, the monitor and its login, the music, the storage and the carrier of datagrams", () => {
    const printed = server.lines.map(({ text }) => text).join("\n");
    expect(printed).toContain(`pages     ${url}/`);
    expect(printed).toContain(`monitor   ${url}/monitor/   (operator, MONITOR_PASSWORD)`);
    expect(printed).toContain(`music     the built-in set, at ${url}/radio`);
    expect(printed).toContain(`storage   SQLite in ${server.dataDir}`);
    expect(printed).toContain(`datagrams UDP port ${server.port}\n`);
  });

  it("says truly what carries datagrams, or why nothing does, and takes seats all the same", async () => {
    const taken = createSocket("udp4").bind(0, "127.0.0.1");
    onTestFinished(() => void taken.close());
    await once(taken, "listening");
    const UDP_PORT = String(taken.address().port);
    const [off, busy] = await Promise.all([
      serverOfTest({ env: { DATAGRAMS: "off" } }),
      serverOfTest({ env: { UDP_PORT } }),
    ]);
    const lines = [off, busy].map(({ lines }) => lines.find(({ text }) => /^ {2}datagrams /.test(text))!.text);
    expect(lines[0]).toBe("  datagrams off by DATAGRAMS: movement goes over WebSockets");
    expect(lines[1]).toMatch(new RegExp(`^ {2}datagrams off: UDP port ${UDP_PORT} is taken .* set UDP_PORT$`));
  });

  it("plays nothing where AUDIO is off, and says so to whoever asks", async () => {
    const { url, lines } = await serverOfTest({ env: { AUDIO: "off" } });
    expect(lines.map(({ text }) => text)).toContain("  music     off by AUDIO");
    for (const path of ["/api/session/info", "/stream", "/session/create/x"]) {
      const answer = await ask(url, path);
      expect([answer.status, answer.body], path).toEqual([503, expect.stringContaining('"code":"NO_MUSIC"')]);
    }
    expect((await ask(url, "/events")).body).toContain("session_unavailable");
    expect((await ask(url, "/api/audio/tracks")).body).toBe('{"tracks":[],"total":0}');
  });

  it("says in one line what keeps it from starting, and exits with 1", { timeout: 60_000 }, async () => {
    const file = join(server.dataDir, "a-file");
    writeFileSync(file, "");
    const wrong: [Record<string, string>, string[], ...string[]][] = [
      [{ PORT: String(server.port) }, [], "PORT", String(server.port), "set PORT"],
      [{ PORT: "abc" }, [], "PORT", '"abc"'],
      [{ PORT: "70000" }, [], "PORT"],
      [{ HOST: "203.0.113.7" }, [], "HOST", "203.0.113.7"],
      [{ TICK_HZ: "0" }, [], "TICK_HZ"],
      [{ TICK_HZZ: "20" }, [], "TICK_HZZ", "TICK_HZ?"],
      [{ TRUST_PROXY: "nonsense" }, [], "TRUST_PROXY"],
      [{ TRUST_PROXY: "10.0.0.0/99" }, [], "TRUST_PROXY"],
      [{ PUBLIC_URL: "rooms.example.org" }, [], "PUBLIC_URL"],
      [{ AUDIO_COMMANDS: "nobody" }, [], "AUDIO_COMMANDS"],
      [{ ALLOWED_ORIGINS: "https://a.example/page" }, [], "ALLOWED_ORIGINS"],
      [{ AUTH_SECRET: "tooShort" }, [], "AUTH_SECRET"],
      [{ DATA_DIR: file }, [], "DATA_DIR", file],
      [{}, ["--tick-hz", "x"], "TICK_HZ (argument)"],
      [{}, ["--colour", "red"], "COLOUR"],
      [{}, ["start"], '"start"'],
    ];
    await Promise.all(
      wrong.map(async ([env, args, ...named]) => {
        const attempt = launch({ env, args });
        expect(await attempt.exited).toEqual({ code: 1, signal: null });
        const written = attempt.lines.map(({ text }) => text);
        expect(written, JSON.stringify(env)).toHaveLength(1);
        for (const name of named) expect(written[0]).toContain(name);
        expect(written[0]).not.toContain("tooShort");
        await attempt.stop();
      }),
    );
  });

  it("makes a password at the first start only, shows it once and keeps it readable by its owner", async () => {
    const first = await serverOfTest();
    const printed = first.lines.map(({ text }) => text).join("\n");
    const password = /\(operator, ([\w-]{16})\)/.exec(printed)?.[1];
    expect((await ask(first.url, "/monitor/api", basicAuth("operator", password!))).status).toBe(200);
    const again = await serverOfTest({ dataDir: first.dataDir });
    const shown = again.lines.map(({ text }) => text).join("\n");
    expect(shown).not.toContain(password);
    expect(shown).toContain(join(first.dataDir, "monitor-password"));
    expect((await ask(again.url, "/monitor/api", basicAuth("operator", password!))).status).toBe(200);
  });
});
