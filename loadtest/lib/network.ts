/**
 * Two network namespaces, a and b, joined by a link whose weather this process makes and changes in mid-run; real
 * packets, so that any program can run in them. With `nat`, a sits behind a router that masquerades.
 *
 * It leaves nothing behind, however this process ends: the namespaces have no names and live as long as the relay that
 * holds them, the relay as long as this process, and so does each program that was started in them.
 * It takes Linux, root, and of Debian's packages iproute2 (and nftables for `nat`); the rest is on every Debian.
 */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Answer, Command, Counts, Direction, Ready } from "./relay.ts";
import type { Weather } from "./weather.ts";

export interface Place {
  /** IPv4. That of a behind a router cannot be reached from b. */
  readonly address: string;
  /** What b sees a come from: another than `address` behind a router. */
  readonly seenAs: string;
  /** Program and arguments to put before a command, to run it in this namespace. */
  readonly enter: readonly [string, ...string[]];
  /** Runs a program in this namespace. It is killed by `close()`, and when this process ends. */
  spawn(program: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
}

export interface Network {
  readonly a: Place;
  readonly b: Place;
  /** Pid of the process that holds the namespaces and makes the weather. */
  readonly relay: number;
  /** Changes the weather, in both directions or in one, from when it resolves; figures that are not given stay. */
  setWeather(weather: Partial<Weather>, direction?: Direction): Promise<void>;
  /** UDP vanishes on the way, as behind a firewall that drops it; TCP goes on. */
  blockUdp(on: boolean): Promise<void>;
  /** Packets since the start. */
  counts(): Promise<Counts>;
  close(): Promise<void>;
}

export type NetworkOptions = {
  weather?: Partial<Weather>;
  nat?: boolean;
  seed?: number;
  /** Congestion control of what b sends by TCP; without it the machine's. */
  tcp?: string;
};

const linkA = "10.77.0.1";
const linkB = "10.77.0.2";
const inside = "192.168.77.2";
const router = "192.168.77.1";

/** Why there can be no network here; undefined if there can. */
export function whyNoNetwork({ nat = false }: NetworkOptions = {}): string | undefined {
  if (process.platform !== "linux") return "network namespaces take Linux";
  if (process.getuid?.() !== 0) return "network namespaces take root";
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const needed = ["ip", "perl", "unshare", "nsenter", "setpriv", ...(nat ? ["nft"] : [])];
  const missing = needed.filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
  if (missing.length > 0) return `network namespaces take ${missing.join(", ")}`;
  return existsSync("/dev/net/tun") ? undefined : "network namespaces take /dev/net/tun";
}

/** Throws if there can be none here: ask `whyNoNetwork` before. */
export async function createNetwork(options: NetworkOptions = {}): Promise<Network> {
  const { weather = {}, nat = false, seed = 1, tcp } = options;
  const reason = whyNoNetwork(options);
  if (reason) throw new Error(`No network: ${reason}.`);
  const relay = new Relay(nat ? 3 : 2, seed);
  try {
    const namespaces = await relay.ready;
    const [endA, endB] = namespaces.slice(-2) as [string, string];
    up(endA, `addr add ${linkA}/24 dev link\nlink set dev link up`);
    up(endB, `addr add ${linkB}/24 dev link\nlink set dev link up`);
    if (tcp) up(endB, `route replace 10.77.0.0/24 dev link congctl ${tcp}`);
    if (nat) placeRouter(namespaces[0]!, endA);
    await relay.tell({ weather });
    const a = placeIn(namespaces[0]!, nat ? inside : linkA, linkA);
    const b = placeIn(endB, linkB, linkB);
    return {
      a,
      b,
      relay: relay.pid,
      setWeather: async (changed, direction) => void (await relay.tell({ weather: changed, direction })),
      blockUdp: async (on) => void (await relay.tell({ blockUdp: on })),
      counts: () => relay.tell({}),
      async close() {
        await Promise.all([a.close(), b.close()]);
        await relay.close();
      },
    };
  } catch (error) {
    await relay.close();
    throw error;
  }
}

/**
 * Keeps a namespace and, in it, a TUN device named "link" open for the program that it becomes. In Perl, for Node has no
 * ioctl, and every Debian has Perl. 0x400454ca: TUNSETIFF; 0x1001: IP packets, without a header before them.
 */
const hold = `
  $^F = 255;
  open(my $namespace, "<", "/proc/self/ns/net") or die "namespace: $!";
  open(my $tun, "+<", "/dev/net/tun") or die "/dev/net/tun: $!";
  ioctl($tun, 0x400454ca, my $request = pack("a16 S x22", "link", 0x1001)) or die "TUN device: $!";
  exec @ARGV, fileno($namespace), fileno($tun);`;

/** The process between the namespaces, seen from here. */
class Relay {
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #asked = new Map<number, (counts: Counts) => void>();
  #lastId = 0;
  /** Paths of the namespaces, in the order of their making. */
  readonly ready: Promise<string[]>;

  constructor(namespaces: number, seed: number) {
    const holds = Array.from({ length: namespaces }, () => ["unshare", "--net", "perl", "-e", hold]).flat();
    const [program = "", ...args] = [...holds, process.execPath, fileURLToPath(new URL("./relay.ts", import.meta.url))];
    this.#process = spawn(program, [...args, String(seed)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      // JSON has no Infinity, which is what a link without a limit carries.
      serialization: "advanced",
    });
    this.#exited = new Promise((resolve) => this.#process.once("close", () => resolve()));
    this.ready = new Promise((resolve, reject) => {
      this.#process.once("error", reject);
      this.#process.once("exit", () => reject(new Error("The relay between the namespaces did not start.")));
      this.#process.on("message", (message: Ready | Answer) => {
        if ("pid" in message) resolve(message.namespaces.map((fd) => `/proc/${message.pid}/fd/${fd}`));
        else this.#answer(message);
      });
    });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  async tell(command: Omit<Command, "id">): Promise<Counts> {
    const id = ++this.#lastId;
    const answered = new Promise<Counts>((resolve) => this.#asked.set(id, resolve));
    this.#process.send({ id, ...command });
    const gone = this.#exited.then(() => Promise.reject(new Error("The relay between the namespaces is gone.")));
    return Promise.race([answered, gone]);
  }

  close(): Promise<void> {
    this.#process.kill("SIGKILL");
    return this.#exited;
  }

  #answer({ id, counts }: Answer): void {
    this.#asked.get(id)?.(counts);
    this.#asked.delete(id);
  }
}

function placeIn(namespace: string, address: string, seenAs: string): Place & { close(): Promise<void> } {
  const running = new Map<ChildProcess, Promise<void>>();
  const enter = ["nsenter", `--net=${namespace}`, "setpriv", "--pdeathsig", "KILL", "--"] as const;
  return {
    address,
    seenAs,
    enter,
    spawn(program, args, options = {}) {
      const [first, ...rest] = enter;
      const child = spawn(first, [...rest, program, ...args], options);
      const gone = new Promise<void>((resolve) => child.once("exit", resolve).once("error", resolve));
      running.set(child, gone);
      void gone.then(() => running.delete(child));
      return child;
    },
    async close() {
      for (const child of running.keys()) child.kill("SIGKILL");
      await Promise.all(running.values());
    },
  };
}

function up(namespace: string, commands: string): void {
  inNamespace(namespace, ["ip", "-batch", "-"], `link set dev lo up\n${commands}\n`);
}

/** Joins a's namespace to the one that holds a's end of the link, which forwards and masquerades. */
function placeRouter(a: string, routing: string): void {
  up(a, `link add wire type veth peer name inside netns ${routing}`);
  up(routing, `addr add ${router}/24 dev inside\nlink set dev inside up`);
  up(a, `addr add ${inside}/24 dev wire\nlink set dev wire up\nroute add default via ${router}`);
  inNamespace(routing, ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]);
  const hook = "type nat hook postrouting priority 100;";
  const rules = `table ip nat { chain out { ${hook} oifname "link" masquerade; }; }`;
  inNamespace(routing, ["nft", "-f", "-"], rules);
}

function inNamespace(namespace: string, command: readonly string[], input = ""): void {
  execFileSync("nsenter", [`--net=${namespace}`, ...command], { input, stdio: ["pipe", "ignore", "inherit"] });
}
