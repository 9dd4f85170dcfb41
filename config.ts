/**
 * Every setting: its unit, default and meaning. Nothing else reads the environment.
 *
 * `readConfig` takes the environment, a `.env` file and `--name value` arguments (later ones win), validates them, and
 * throws BAD_SETTING or UNKNOWN_SETTING naming the setting and the remedy. `npm run config` prints the outcome.
 */
import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { z } from "zod";
import { HereaboutsError } from "./schema/errors.ts";
import { type ConfigOf, describeSettings, flag, type Reading, readSettings, type Setting } from "./settings.ts";
import { addresses, folder, list, optionalUrl, origins, proxies, text, whole } from "./settingTypes.ts";

export { list };

const level = z.enum(["debug", "info", "warn", "error", "silent"], {
  error: "must be debug, info, warn, error or silent",
});

export const settings = {
  PORT: {
    type: whole(0, 65535),
    unit: "port",
    default: "2567",
    meaning: "HTTP, WebSocket and UDP; 0 takes a free one",
  },
  HOST: { type: text, unit: "address", default: "0.0.0.0", meaning: "address to listen on" },
  PUBLIC_URL: {
    type: optionalUrl,
    unit: "url",
    default: "",
    meaning: "address that clients reach the server by; empty takes it from each request",
  },
  TRUST_PROXY: {
    type: proxies,
    unit: "addresses",
    default: "",
    meaning: "proxies whose X-Forwarded-* headers count: addresses or ranges with commas, or loopback",
  },
  DATAGRAMS: {
    type: flag,
    unit: "on/off",
    default: "on",
    meaning: "movement by UDP where it gets through; off leaves it on WebSockets",
  },
  UDP_HOST: { type: text, unit: "address", default: "", meaning: "address to take UDP on; empty takes that of HOST" },
  UDP_PORT: { type: whole(0, 65535), unit: "port", default: "0", meaning: "UDP port; 0 takes the number of PORT" },
  DATAGRAM_PEERS: {
    type: whole(1, 2000),
    unit: "connections",
    default: "500",
    meaning: "connections that have UDP at once; others stay on WebSockets",
  },
  PUBLIC_IP: {
    type: addresses,
    unit: "addresses",
    default: "",
    meaning: "addresses that clients beyond a NAT send UDP to, with commas; empty announces the machine's own",
  },
  PUBLIC_UDP_PORT: {
    type: whole(0, 65535),
    unit: "port",
    default: "0",
    meaning: "UDP port at PUBLIC_IP; 0 for the same as inside",
  },
  DEV: {
    type: flag,
    unit: "0/1",
    default: "0",
    meaning: "development: pages are rebuilt as they change, no drain at the end",
  },
  DATA_DIR: { type: folder, unit: "folder", default: "data", meaning: "database, secret and artifacts" },
  LOG_LEVEL: {
    type: level,
    unit: "level",
    default: "info",
    meaning: "least level of log lines",
  },
  LOG_FORMAT: {
    type: z.enum(["auto", "json", "text"], { error: "must be auto, json or text" }),
    unit: "format",
    default: "auto",
    meaning: "json, text, or auto: text on a terminal and in development",
  },
  MONITOR_PASSWORD: {
    type: text,
    unit: "password",
    default: "",
    meaning: "operator's password for /monitor (name: operator); empty makes one at the first start and prints it",
    secret: true,
  },
  MONITOR_VIEW_PASSWORD: {
    type: text,
    unit: "password",
    default: "",
    meaning: "view-only password for /monitor (name: viewer); empty allows no viewer",
    secret: true,
  },
  AUTH_SECRET: {
    type: text.refine((value) => value === "" || value.length >= 32, "must have at least 32 characters"),
    unit: "secret",
    default: "",
    meaning: "signs guest tokens and those of `npm run token`; empty makes one at the first start, kept in DATA_DIR",
    secret: true,
  },
  AUTH_ISSUER: { type: text, unit: "issuer", default: "", meaning: "issuer whose tokens are taken beside our own" },
  AUTH_AUDIENCE: { type: text, unit: "audience", default: "", meaning: "audience that the issuer's tokens must name" },
  AUTH_JWKS_URL: { type: optionalUrl, unit: "url", default: "", meaning: "where the issuer publishes its keys" },
  GUEST_TOKEN_DAYS: {
    type: whole(1, 3650),
    unit: "days",
    default: "365",
    meaning: "how long a guest stays the same person",
  },
  GRACE_MS: {
    type: whole(0, 600_000),
    unit: "ms",
    default: "10000",
    meaning: "how long a lost connection is held before it counts as left",
  },
  GHOST_MS: {
    type: whole(0, 600_000),
    unit: "ms",
    default: "5000",
    meaning: "how long someone who went to another piece stays as a ghost",
  },
  SAY_MS: { type: whole(500, 60_000), unit: "ms", default: "6000", meaning: "how long a bubble is shown" },
  MAX_PEOPLE: { type: whole(1, 8000), unit: "people", default: "1000", meaning: "connections that one room takes" },
  JOINS_AT_ONCE: {
    type: whole(1, 10_000),
    unit: "joins",
    default: "64",
    meaning: "joins under way at once where the event loop is late; more wait in line, or are told to come again",
  },
  JOINS_LAG_MS: {
    type: whole(0, 10_000),
    unit: "ms",
    default: "50",
    meaning: "how late the event loop may be while more than JOINS_AT_ONCE are under way; 0 never allows more",
  },
  TICK_HZ: {
    type: whole(1, 60),
    unit: "Hz",
    default: "20",
    meaning: "movement frames a second, unless the piece says otherwise",
  },
  MOVES_PER_SECOND: {
    type: whole(1, 1000),
    unit: "1/s",
    default: "40",
    meaning: "moves taken from one connection; more are skipped",
  },
  MESSAGES_PER_SECOND: {
    type: whole(1, 1000),
    unit: "1/s",
    default: "20",
    meaning: "other messages taken from one connection; more are refused",
  },
  ABUSE_REFUSALS: {
    type: whole(10, 1_000_000),
    unit: "refusals",
    default: "2000",
    meaning: "refusals within 10 s that close a connection",
  },
  MAX_PAYLOAD: {
    type: whole(1024, 1_048_576),
    unit: "bytes",
    default: "16384",
    meaning: "largest WebSocket frame from a client",
  },
  FRAME_BYTES_SMALL: {
    type: whole(200, 1100),
    unit: "bytes",
    default: "1100",
    meaning: "movement frame in a world of up to 100 people",
  },
  FRAME_BYTES_LARGE: {
    type: whole(200, 1100),
    unit: "bytes",
    default: "400",
    meaning: "movement frame in larger worlds",
  },
  BACKLOG_FRAME_BYTES: {
    type: whole(1024, 1_048_576),
    unit: "bytes",
    default: "16384",
    meaning: "unsent bytes above which a client's movement frames are dropped",
  },
  BACKLOG_CLOSE_BYTES: {
    type: whole(65_536, 67_108_864),
    unit: "bytes",
    default: "4194304",
    meaning: "unsent bytes above which a client that stopped reading is cut",
  },
  PONG_MS: {
    type: whole(2000, 600_000),
    unit: "ms",
    default: "4500",
    meaning: "how long a client may answer no ping, one a second, before it counts as one that stopped reading",
  },
  CHAT_PIECES: {
    type: text.regex(/^([a-z0-9_-]+=[a-z0-9_-]+[\s,]*)*$/, "must be pairs like system=chat,clock=tower"),
    unit: "chat=piece",
    default: "system=chat",
    meaning: "chats whose own piece has another name than they have",
  },
  CHAT_FONTS: { type: text, unit: "names", default: "", meaning: "fonts that a line may ask for, with commas" },
  CHAT_UNFILTERED: { type: text, unit: "chats", default: "", meaning: "chats without the word filter, with commas" },
  CHAT_KEEP: { type: whole(100, 100_000_000), unit: "lines", default: "100000", meaning: "lines kept of each chat" },
  ROSTER_MAX: {
    type: whole(10, 5000),
    unit: "people",
    default: "500",
    meaning: "people a chat's roster lists; counts stay exact",
  },
  AUDIO: { type: flag, unit: "on/off", default: "on", meaning: "audio sessions; off plays nothing and saves memory" },
  MUSIC_DIR: {
    type: text,
    unit: "folder",
    default: "",
    meaning: "music to play (mp3, flac, ogg vorbis, opus, wav); empty plays the built-in set",
  },
  AUDIO_FADE_MS: {
    type: whole(100, 10_000),
    unit: "ms",
    default: "2500",
    meaning: "crossfade from one track to the next",
  },
  AUDIO_BITRATE: {
    type: z.enum(["128", "160", "192"], { error: "must be 128, 160 or 192" }),
    unit: "kbit/s",
    default: "128",
    meaning: "of music that does not fit the stream as it is: other formats and sample rates",
  },
  AUDIO_COMMANDS: {
    type: z.enum(["anyone", "owner"], { error: "must be anyone or owner" }),
    unit: "who",
    default: "anyone",
    meaning: "who commands a named audio session; owner: who made it",
  },
  AUDIO_SESSIONS: {
    type: whole(1, 100_000),
    unit: "sessions",
    default: "1000",
    meaning: "audio sessions at once",
  },
  AUDIO_SESSIONS_EACH: {
    type: whole(1, 100_000),
    unit: "sessions",
    default: "50",
    meaning: "audio sessions at once of one maker: a person, or an address without a token",
  },
  AUDIO_LISTENERS: {
    type: whole(1, 100_000),
    unit: "connections",
    default: "5000",
    meaning: "connections that hear or watch audio sessions at once",
  },
  ALLOWED_ORIGINS: {
    type: origins,
    unit: "origins",
    default: "",
    meaning: "sites whose pages may make and command audio sessions and leave files here, with commas; * for any",
  },
  PROCESSES: {
    type: whole(1, 64),
    unit: "processes",
    default: "1",
    meaning:
      "servers on this machine that answer at PORT together, each with the port PORT + its number; need REDIS_URL",
  },
  SHARED_PORT: {
    type: whole(0, 65535),
    unit: "port",
    default: "0",
    meaning: "port that this process answers at with others; PROCESSES sets it",
  },
  REDIS_URL: {
    type: z.url({ protocol: /^rediss?$/, error: "must be an address like redis://127.0.0.1:6379" }).or(z.literal("")),
    unit: "url",
    default: "",
    meaning: "Redis that processes share, and that keeps chats, worlds and handles; empty for one process",
    secret: true,
  },
  PUBLIC_ADDRESS: {
    type: text.regex(/^([a-z0-9.-]+(:(\d+|\{port\}))?(\/[\w./{}-]*)?|:(\d+|\{port\}))?$/i, {
      error: "must be a host, port and path without http://, like rooms.example.org/{port}",
    }),
    unit: "address",
    default: "",
    meaning:
      "how clients reach this process among several, {port} being its PORT; empty: its PORT at the host they asked",
  },
  PEER_URL: {
    type: optionalUrl,
    unit: "url",
    default: "",
    meaning: "how other processes reach this one; empty for http://127.0.0.1 and its PORT",
  },
  ARTIFACTS: {
    type: flag,
    unit: "on/off",
    default: "on",
    meaning: "a folder in DATA_DIR for each room and audio session: its lines, files and recordings",
  },
  ARTIFACTS_DAYS: {
    type: whole(1, 3650),
    unit: "days",
    default: "14",
    meaning: "how long a session's folder is kept after the last one left",
  },
  ARTIFACTS_MB: {
    type: whole(10, 100_000_000),
    unit: "MB",
    default: "5000",
    meaning: "all folders together; above it the oldest go first, but for those someone is in",
  },
  SESSION_MB: { type: whole(1, 1_000_000), unit: "MB", default: "200", meaning: "one session's folder" },
  UPLOAD_MB: { type: whole(1, 1000), unit: "MB", default: "5", meaning: "one file that a member sends" },
  SESSION_LOG_LEVEL: {
    type: level,
    unit: "level",
    default: "debug",
    meaning: "least level of the lines in a session's folder",
  },
  RECORD: {
    type: text.regex(/^((world|audio)[\s,]*)*$/, "must name world, audio, both, or nothing"),
    unit: "kinds",
    default: "world,audio",
    meaning: "what is recorded: worlds as capsules to replay, audio sessions as they are heard",
  },
  DRAIN_MS: { type: whole(0, 120_000), unit: "ms", default: "10000", meaning: "longest time from SIGTERM to the end" },
} as const satisfies Record<string, Setting>;

/** Every setting under its camel-case name: MAX_PEOPLE is `maxPeople`. Frozen. */
export type Config = ConfigOf<typeof settings>;

/** Reads and validates the settings. `args` are `--port 3000` or `--port=3000`; `--dev` alone means 1. */
export function readConfig(
  env: Record<string, string | undefined>,
  args: readonly string[] = [],
  dotenv: Record<string, string | undefined> = {},
): Reading<typeof settings> {
  const reading = readSettings(settings, env, args, dotenv);
  if (reading.config.authJwksUrl && !reading.config.authIssuer) {
    throw new HereaboutsError("BAD_SETTING", "AUTH_ISSUER must name the issuer whose keys AUTH_JWKS_URL has.");
  }
  if (reading.config.processes > 1) checkProcesses(reading.config);
  return reading;
}

function checkProcesses({ processes, redisUrl, port, udpPort, publicUdpPort, publicAddress, dev }: Config): void {
  const refuse = (details: string) => new HereaboutsError("BAD_SETTING", `PROCESSES ${processes}: ${details}`);
  if (dev) throw refuse("development is one process: leave it out.");
  if (!redisUrl) throw refuse("REDIS_URL must name the Redis that they share, like redis://127.0.0.1:6379.");
  if (port === 0) throw refuse("PORT must be a number other than 0: each has the one after it by its number.");
  if (Math.max(port, udpPort, publicUdpPort) + processes > 65535) throw refuse("their ports would be above 65535.");
  if (publicAddress && !publicAddress.includes("{port}")) {
    throw refuse("PUBLIC_ADDRESS must hold {port}, like rooms.example.org/{port}: each has its own.");
  }
}

/** The settings as this process was started with them. Tools with arguments of their own pass none on. */
export function readProcessConfig(args: readonly string[] = process.argv.slice(2)): Reading<typeof settings> {
  const dotenv = existsSync(".env") ? parseEnv(readFileSync(".env", "utf8")) : {};
  return readConfig(process.env, args, dotenv);
}

/** A table of every setting, one a line, secrets hidden. */
export function describeConfig(reading: Reading<typeof settings>): string {
  return describeSettings(settings, reading);
}

if (import.meta.main) {
  try {
    console.log(describeConfig(readProcessConfig()));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
