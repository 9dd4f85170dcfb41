/** [DO1] Commands and addresses in the docs: what they start, the options and settings they give it, and the routes they ask. */
import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readConfig, settings } from "../config.ts";
import packageJson from "../package.json" with { type: "json" };
import { blocksIn, pages, proseOf } from "./lib/guides.ts";
import { type Command, commandsIn } from "./lib/shell.ts";

type Shown = Command & { readonly where: string };

const shownIn = (where: string, code: string): Shown[] => commandsIn(code).map((command) => ({ where, ...command }));

/** In blocks, and in the text where `npm run …` stands in backticks. */
const commands = pages.flatMap((page) => {
  const shells = blocksIn(page).filter(({ kind }) => kind === "sh");
  const inline = [...proseOf(page).matchAll(/`(npm (?:run|start)\b[^`\n]*)`/g)];
  return [
    ...shells.flatMap(({ line, code }) => shownIn(`${page}:${line}`, code)),
    ...inline.flatMap(([, code]) => shownIn(page, code!)),
  ];
});

const scripts: Record<string, string> = packageJson.scripts;
/** What is given to programs that are not ours is theirs to know, but for our files, addresses and settings. */
const foreign =
  "apt-get caddy cat cd certbot chmod cp curl docker git grep install journalctl ln nginx runuser systemctl systemd-analyze tar touch ufw useradd vlc";

/** The script that npm starts, and its arguments. */
function scriptOf({ program, args: [verb = "", ...rest] }: Command): [name: string, args: string[]] | undefined {
  if (program !== "npm" || ["ci", "install"].includes(verb)) return undefined;
  const [name, ...more] = verb === "run" ? rest : [verb, ...rest];
  return [name!, more[0] === "--" ? more.slice(1) : more];
}

type Started = Pick<Shown, "where" | "env" | "args"> & { readonly name: string };

/** A name that no option has: whatever reads its options before it does anything ends there, and tells it. */
const wrong = "--no-such-option";
const mostMs = 30_000;

async function refusalOf({ name, args, env }: Started): Promise<string> {
  const [, file, first] = /(?:^|&& )node (\S+\.ts)(?: (\w+))?$/.exec(scripts[name]!) ?? [];
  const started = [file!, ...(first ? [first] : []), ...args, wrong, "1"];
  // what does not read its options would do what it is for
  const options = { timeout: mostMs, env: { PATH: process.env["PATH"], ...env } };
  return new Promise((resolve) => {
    execFile(process.execPath, started, options, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

/** All that a script is given anywhere goes into one run of it: each takes a third of a second. */
function merged(all: readonly Started[]): Started[] {
  const runs = new Map<string, Started & { args: string[] }>();
  for (const { args, ...started } of all) {
    const isOption = (word: string) => word.startsWith("--");
    const first = args.findIndex(isOption);
    const plain = first < 0 ? args : args.slice(0, first);
    const key = JSON.stringify([started.name, plain, started.env]);
    const before = runs.get(key) ?? { ...started, where: "", args: [...plain] };
    const run = { ...before, where: [before.where, started.where].filter(Boolean).join(" ") };
    runs.set(key, run);
    for (let i = plain.length; i < args.length; ) {
      const end = args.findIndex((word, at) => at > i && isOption(word));
      const given = args.slice(i, end < 0 ? undefined : end);
      if (!run.args.includes(given[0]!)) run.args.push(...given);
      i += given.length;
    }
  }
  return [...runs.values()];
}

describe("[DO1] commands in the docs", () => {
  it("start what there is", () => {
    const unknown = commands.filter((command) => {
      const [name] = scriptOf(command) ?? [];
      if (name !== undefined) return !Object.hasOwn(scripts, name);
      if (command.program === "node") return !existsSync(command.args[0]!);
      const [tool, ...files] = command.args;
      if (command.program === "npx")
        return tool !== "vitest" || files.some((file) => file !== "run" && !existsSync(file));
      return ![...foreign.split(" "), "npm"].includes(command.program);
    });
    expect(unknown).toEqual([]);
  });

  it("name files of this repository that there are", () => {
    const named = commands.flatMap(({ where, args }) => args.map((word) => ({ where, word })));
    expect(named.filter(({ word }) => word.startsWith("docs/") && !existsSync(word))).toEqual([]);
  });

  it("name settings that there are", () => {
    const named = commands.flatMap(({ where, env, args }) =>
      [...Object.keys(env), ...args.flatMap((word) => /^([A-Z][A-Z_]+)=/.exec(word)?.[1] ?? [])].map((name) => ({
        where,
        name,
      })),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter(({ name }) => !Object.hasOwn(settings, name))).toEqual([]);
  });

  it("start servers with settings that these take", () => {
    const started = commands.flatMap((command) => {
      const [name, args = []] = scriptOf(command) ?? [];
      const given = args.map((word) => (word === "N" ? "1" : word));
      return name === "start" ? [() => readConfig({ REDIS_URL: "redis://127.0.0.1", ...command.env }, given)] : [];
    });
    expect(started.length).toBeGreaterThan(5);
    for (const start of started) expect(start).not.toThrow();
  });

  it("give options that there are, with values that these take", async () => {
    const started = commands.flatMap((command) => {
      const [name, args] = scriptOf(command) ?? ["", []];
      const isExact = args.length > 0 && !/[<>…|]|--help/.test(args.join(" "));
      return isExact && name !== "start" ? [{ ...command, name, args }] : [];
    });
    expect(started.length).toBeGreaterThan(20);
    const waiting = merged(started);
    const failed: string[] = [];
    const next = async (): Promise<void> => {
      for (let run = waiting.pop(); run; run = waiting.pop()) {
        const [line] = (await refusalOf(run)).split("\n");
        if (!/no.such.option/i.test(line!)) failed.push(`${run.where}: ${run.name} ${run.args.join(" ")}: ${line}`);
      }
    };
    await Promise.all([next(), next(), next()]);
    expect(failed).toEqual([]);
  }, 180_000);
});

/** Addresses that routes answer at, by their methods, as they stand in the sources. */
const routes = globSync("routes/**/*.ts").flatMap((file) => {
  const calls = /\b(?:app|router)\.(get|post|delete|use)\(\s*(\[[^\]]*\]|["`][^"`]*["`])/g;
  return [...readFileSync(file, "utf8").matchAll(calls)].flatMap(([, method, paths]) =>
    [...paths!.matchAll(/["`](\/[^"`]*)["`]/g)].map(([, path]) => {
      const pattern = path!.replace(/\$\{[^}]*\}|:\w+/g, "[^/]+").replace(/\/\*\w+/g, "/.+");
      return { method: method!.toUpperCase(), path: new RegExp(`^${pattern}${method === "use" ? "" : "$"}`) };
    }),
  );
});
/** Colyseus's own, and ours whose paths stand in a variable. */
const elsewhere =
  /^\/(?:matchmake\/joinOrCreate\/(?:world|chat|audio)|monitor\/|session\/\w+\/[\w-]+\/(?:screenshots|files|devtools))$/;

function isThere({ method, path }: { method: string; path: string }): boolean {
  const plain = path.replace(/<\w+>|:\w+/g, "x");
  if (elsewhere.test(plain)) return true;
  return routes.some((route) => (route.method === "USE" || route.method === method) && route.path.test(plain));
}

describe("[DO1] addresses in the docs", () => {
  it("are those of routes, where curl or a player asks", () => {
    const asked = commands.flatMap(({ where, program, args }) => {
      const url = ["curl", "vlc"].includes(program) ? args.find((word) => word.startsWith("http")) : undefined;
      const method = args.includes("-X") ? args[args.indexOf("-X") + 1]! : args.includes("-d") ? "POST" : "GET";
      return url ? [{ where, method, path: new URL(url).pathname }] : [];
    });
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((request) => !isThere(request))).toEqual([]);
  });

  it("are those of routes, where the text names them with their method", () => {
    const named = pages.flatMap((page) =>
      [...proseOf(page).matchAll(/`(GET|POST|DELETE) (\/[^\s`?]*)/g)].map(([, method, path]) => ({
        page,
        method: method!,
        path: path!,
      })),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((request) => !isThere(request))).toEqual([]);
  });
});
