/**
 * The proxies of docs/examples, as they stand there but for addresses, certificates and what they would keep outside of a
 * temporary folder: started on a free port of 127.0.0.1 in front of two servers.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Proxy = {
  name: string;
  isThere: boolean;
  /** Whether it takes the example; throws with what it says if not. `dir` holds `cert.pem` and `key.pem`. */
  check(dir: string, ports: Ports): void;
  start(dir: string, ports: Ports): ChildProcess;
};
/** Where it listens, and the servers that stand for those at 2568 and 2569. */
export type Ports = { https: number; http: number; servers: readonly [number, number] };

const example = (name: string, { servers }: Ports) =>
  readFileSync(new URL(`../../docs/examples/${name}`, import.meta.url), "utf8")
    .replaceAll("2568", String(servers[0]))
    .replaceAll("2569", String(servers[1]))
    .replaceAll("rooms.example.org", "localhost");

/** As the user that runs the test: root's nginx would drop to one who may not read the folder. */
function nginxConfig(dir: string, ports: Ports): string {
  const site = example("nginx.conf", ports)
    .replace(/.*listen \[::\].*\n/g, "")
    .replace("listen 80;", `listen 127.0.0.1:${ports.http};`)
    .replace("listen 443 ", `listen 127.0.0.1:${ports.https} `)
    .replaceAll("/etc/letsencrypt/live/localhost/fullchain.pem", `${dir}/cert.pem`)
    .replaceAll("/etc/letsencrypt/live/localhost/privkey.pem", `${dir}/key.pem`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  const file = join(dir, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; ${process.getuid?.() === 0 ? "user root;" : ""} pid ${dir}/nginx.pid; error_log stderr;
    events {}
    http { access_log off; ${temporary.map((name) => `${name}_temp_path ${dir}/${name};`).join(" ")}
    ${site} }`,
  );
  return file;
}

function caddyConfig(dir: string, ports: Ports): string {
  const site = example("Caddyfile", ports).replace(
    "localhost {",
    `{\n\tadmin off\n\tauto_https disable_redirects\n\thttp_port ${ports.http}\n}\n\nhttps://localhost:${ports.https} {\n\tbind 127.0.0.1\n\ttls ${dir}/cert.pem ${dir}/key.pem`,
  );
  const file = join(dir, "Caddyfile");
  writeFileSync(file, site);
  return file;
}

const [nginx, caddy] = ["/usr/sbin/nginx", "/usr/bin/caddy"];
const caddyArgs = (file: string) => ["--config", file, "--adapter", "caddyfile"];
const caddyEnv = (dir: string) => ({ HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir });

export const proxies: readonly Proxy[] = [
  {
    name: "nginx",
    isThere: existsSync(nginx),
    check: (dir, ports) =>
      void execFileSync(nginx, ["-t", "-c", nginxConfig(dir, ports), "-e", "stderr"], { stdio: "pipe" }),
    start: (dir, ports) =>
      spawn(nginx, ["-c", nginxConfig(dir, ports), "-e", "stderr"], { stdio: ["ignore", "ignore", "pipe"] }),
  },
  {
    name: "caddy",
    isThere: existsSync(caddy),
    check: (dir, ports) =>
      void execFileSync(caddy, ["validate", ...caddyArgs(caddyConfig(dir, ports))], {
        env: caddyEnv(dir),
        stdio: "pipe",
      }),
    start: (dir, ports) =>
      spawn(caddy, ["run", ...caddyArgs(caddyConfig(dir, ports))], {
        env: caddyEnv(dir),
        stdio: ["ignore", "ignore", "pipe"],
      }),
  },
];

/** A folder with a certificate for localhost that nobody has signed. */
export function certificateDir(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), "hereabouts-proxy-"));
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", join(dir, "key.pem"), "-out", join(dir, "cert.pem")];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
  execFileSync("openssl", ["req", "-x509", "-days", "2", ...key, ...files, ...names], { stdio: "ignore" });
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

/** Ends it in order, so that it leaves no workers behind. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
