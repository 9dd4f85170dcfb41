/** Settings: each is known, documented and checked, and a mistake is named with its remedy. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { describeConfig, readConfig, settings } from "./config.ts";
import { envExample } from "./docs/envExample.ts";

const all = Object.entries(settings);
const bad = (code: string, text: string) => expect.objectContaining({ code, message: expect.stringContaining(text) });
const reading =
  (...given: Parameters<typeof readConfig>) =>
  () =>
    readConfig(...given);

describe("[OP3] every setting", () => {
  it.each(all)("%s has a unit, a meaning and a default that is valid", (name, setting) => {
    expect(name).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    expect(setting.unit).not.toBe("");
    expect(setting.meaning.length).toBeGreaterThan(10);
    expect(setting.type.safeParse(setting.default).success).toBe(true);
  });

  it.each(all.filter(([, { unit }]) => unit === "ms" || unit === "bytes"))(
    "%s has its unit in its name",
    (name, { unit }) => {
      if (unit === "ms") expect(name).toMatch(/_MS$/);
      else expect(name).toMatch(/BYTES|PAYLOAD/);
    },
  );

  it.each(all.filter(([name]) => /PASSWORD|SECRET/.test(name)))("%s is marked as a secret", (_, setting) => {
    expect(setting).toMatchObject({ secret: true });
  });

  it("that is a folder is one of where the process was started, from wherever it is asked for", () => {
    expect(readConfig({ DATA_DIR: "kept" }).config.dataDir).toBe(resolve("kept"));
  });

  it("has the default that the requirements name", () => {
    const { config } = readConfig({});
    expect(config).toMatchObject({
      port: 2567,
      graceMs: 10_000,
      ghostMs: 5_000,
      maxPeople: 1000,
      tickHz: 20,
      maxPayload: 16 * 1024,
      frameBytesSmall: 1100,
      frameBytesLarge: 400,
      datagrams: true,
      datagramPeers: 500,
      udpHost: "",
      udpPort: 0,
      publicIp: "",
      drainMs: 10_000,
    });
  });

  it("is there under its name in camel case, and cannot be changed", () => {
    const { config, sources } = readConfig({});
    expect(Object.keys(config)).toHaveLength(all.length);
    expect(Object.keys(sources).sort()).toEqual(all.map(([name]) => name).sort());
    expect(Object.isFrozen(config)).toBe(true);
  });
});

describe("[OP3] where a setting comes from", () => {
  it("arguments before .env before the environment before the default", () => {
    const { config, sources } = readConfig({ PORT: "1001", GRACE_MS: "1", GHOST_MS: "1" }, ["--port", "1003"], {
      PORT: "1002",
      GRACE_MS: "2",
    });
    expect(config).toMatchObject({ port: 1003, graceMs: 2, ghostMs: 1, maxPeople: 1000 });
    expect(sources).toMatchObject({
      PORT: "argument",
      GRACE_MS: ".env",
      GHOST_MS: "environment",
      MAX_PEOPLE: "default",
    });
  });

  it.each([
    [["--port", "3000"]],
    [["--port=3000"]],
    [["--PORT", "3000"]],
    [["--port", "2999", "--port", "3000"]],
    [["--port", " 3000 "]],
  ])("%j means port 3000", (args) => {
    expect(readConfig({}, args).config.port).toBe(3000);
  });

  it("a dash stands for an underscore, and a switch alone means yes", () => {
    const { config } = readConfig({}, ["--dev", "--grace-ms", "5", "--log-level=warn"]);
    expect(config).toMatchObject({ dev: true, graceMs: 5, logLevel: "warn" });
  });

  it.each([
    ["1", true],
    ["true", true],
    ["on", true],
    ["0", false],
    ["no", false],
    ["", false],
  ])("DEV=%j is %j", (value, expected) => {
    expect(readConfig({ DEV: value }).config.dev).toBe(expected);
  });

  it("what is not ours in the environment is left alone", () => {
    const ours = readConfig({}).config;
    expect(readConfig({ PATH: "/bin", HOME: "/root", PORTS: "1", npm_config_x: "y", LANG: undefined }).config).toEqual(
      ours,
    );
  });

  it("a variable that is not set is not a setting", () => {
    expect(readConfig({ PORT: undefined }).sources.PORT).toBe("default");
  });
});

describe("[OP3] a mistake is named with its remedy", () => {
  it.each([
    ["PORT", "http"],
    ["PORT", "70000"],
    ["PORT", "-1"],
    ["PORT", "80.5"],
    ["PORT", ""],
    ["GRACE_MS", " "],
    ["GRACE_MS", "10s"],
    ["GRACE_MS", "Infinity"],
    ["TICK_HZ", "0"],
    ["LOG_LEVEL", "loud"],
    ["DEV", "maybe"],
    ["PUBLIC_URL", "rooms.example.org"],
    ["PUBLIC_URL", "ftp://rooms.example.org"],
    ["DATAGRAMS", "udp"],
    ["DATAGRAM_PEERS", "0"],
    ["PUBLIC_IP", "rooms.example.org"],
    ["DATA_DIR", ""],
  ])("%s=%j", (name, value) => {
    expect(reading({ [name]: value })).toThrow(bad("BAD_SETTING", `${name} (environment)`));
    expect(reading({ [name]: value })).toThrow("npm run config");
    expect(reading({ [name]: value })).toThrow(JSON.stringify(value).slice(1, -1));
  });

  it("names where it was made", () => {
    expect(reading({}, ["--port", "x"])).toThrow(bad("BAD_SETTING", "PORT (argument)"));
    expect(reading({}, [], { PORT: "x" })).toThrow(bad("BAD_SETTING", "PORT (.env)"));
  });

  it("a name that is none, in .env or as an argument", () => {
    expect(reading({}, ["--colour", "red"])).toThrow(bad("UNKNOWN_SETTING", "COLOUR (argument)"));
    expect(reading({}, [], { COLOUR: "red" })).toThrow(bad("UNKNOWN_SETTING", "COLOUR (.env)"));
    expect(reading({}, ["3000"])).toThrow(bad("UNKNOWN_SETTING", "3000"));
    expect(reading({}, ["-p", "3000"])).toThrow(bad("UNKNOWN_SETTING", "-p"));
  });

  it("a name that nearly is one, with the one that was meant", () => {
    expect(reading({}, ["--prot", "1"])).toThrow("did you mean PORT?");
    expect(reading({}, [], { GRACE_M: "1" })).toThrow("did you mean GRACE_MS?");
    expect(reading({ MAX_PEPLE: "1" })).toThrow(bad("UNKNOWN_SETTING", "did you mean MAX_PEOPLE?"));
  });

  it("an argument that needs a value and has none", () => {
    expect(reading({}, ["--port"])).toThrow(bad("BAD_SETTING", "PORT"));
    expect(reading({}, ["--port", "--dev"])).toThrow(bad("BAD_SETTING", "PORT"));
  });

  it("a secret is never shown, not even a wrong one", () => {
    try {
      readConfig({ AUTH_SECRET: "hunter2" });
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toContain("AUTH_SECRET");
      expect((error as Error).message).toContain("32");
      expect((error as Error).message).not.toContain("hunter2");
    }
  });
});

describe("[OP6] .env.example", () => {
  const example = readFileSync(new URL(".env.example", import.meta.url), "utf8");

  it("is what the settings say", () => {
    expect(example).toBe(envExample());
    for (const [, { meaning, unit }] of all) expect(example).toContain(`# ${meaning} (${unit})\n`);
  });

  it("sets nothing as it stands, and each default where it is taken in, in every reader's way", () => {
    expect(parseEnv(example)).toEqual({});
    const lines = [...example.matchAll(/^#([A-Z_]+=.*)$/gm)].map(([, line]) => line!);
    const plain = Object.fromEntries(lines.map((line) => line.split(/=(.*)/).slice(0, 2)));
    expect(parseEnv(lines.join("\n"))).toEqual(plain);
    const { config, sources } = readConfig({}, [], plain);
    expect(config).toEqual(readConfig({}).config);
    expect(new Set(Object.values(sources))).toEqual(new Set([".env"]));
    expect(Object.keys(plain)).toHaveLength(all.length);
  });
});

describe("[OP3] npm run config", () => {
  it("prints each setting on a line with its value, unit, source and meaning", () => {
    const lines = describeConfig(readConfig({ GRACE_MS: "123" })).split("\n");
    expect(lines).toHaveLength(all.length + 1);
    for (const [name, { unit, meaning }] of all) {
      const line = lines.find((one) => one.startsWith(`${name} `));
      expect(line, name).toContain(unit);
      expect(line, name).toContain(meaning);
    }
    expect(lines.find((line) => line.startsWith("GRACE_MS"))).toMatch(/123 +ms +environment/);
  });

  it("hides what is secret, and says whether it is set", () => {
    const secret = "a secret that nobody should see at all";
    const printed = describeConfig(readConfig({ AUTH_SECRET: secret, MONITOR_PASSWORD: "open sesame" }));
    expect(printed).not.toContain(secret);
    expect(printed).not.toContain("open sesame");
    expect(printed).toMatch(/AUTH_SECRET +\(hidden\)/);
    expect(printed).toMatch(/MONITOR_VIEW_PASSWORD +- /);
  });
});

describe("[MV7] PUBLIC_IP", () => {
  it.each(["", "203.0.113.7", "203.0.113.7, 2001:db8::7", "203.0.113.7 203.0.113.8"])("may be %j", (value) => {
    expect(readConfig({ PUBLIC_IP: value }).config.publicIp).toBe(value);
  });
});

describe("[SV3] PUBLIC_URL", () => {
  it("is kept without slashes at its end", () => {
    expect(readConfig({ PUBLIC_URL: "https://rooms.example.org//" }).config.publicUrl).toBe(
      "https://rooms.example.org",
    );
  });
});

describe("[OP5] PROCESSES", () => {
  const several = { PROCESSES: "4", REDIS_URL: "redis://127.0.0.1:6379" };

  it("may be several with a Redis that they share", () => {
    expect(readConfig(several).config.processes).toBe(4);
    expect(readConfig({ ...several, PUBLIC_ADDRESS: "rooms.example.org/{port}" }).config.processes).toBe(4);
  });

  it.each([
    [{ REDIS_URL: "" }, "REDIS_URL must name"],
    [{ PORT: "0" }, "PORT must be"],
    [{ PORT: "65532" }, "above 65535"],
    [{ UDP_PORT: "65532" }, "above 65535"],
    [{ PUBLIC_ADDRESS: "rooms.example.org" }, "{port}"],
    [{ DEV: "1" }, "development"],
    [{ PROCESSES: "65" }, "PROCESSES"],
  ])("with %j is refused", (env, remedy) => {
    expect(reading({ ...several, ...env })).toThrow(bad("BAD_SETTING", remedy));
  });
});
