/** A thousand starts of the player on a running server: one session for sound and events each time, whatever was kept. */
import { type ClientRequest, get, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AudioApi } from "../client/audio/api.ts";
import type { EventsLink, Sound, SoundEvent } from "../client/audio/browser.ts";
import { Establisher, storeKey } from "../client/audio/establish.ts";
import { Player } from "../client/audio/player.ts";
import { Emitter } from "../client/emitter.ts";
import type { AudioEvent } from "../schema/audio.ts";
import { makeMusic } from "./lib/music.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";

const starts = 1000;
const atOnce = 20;

let server: TestServer;
beforeAll(async () => {
  await makeMusic();
  server = await startTestServer({ env: { AUDIO_SESSIONS_EACH: "1000" } });
});
afterAll(() => server?.stop());

/** As much of an <audio> as there is without ears: what comes is heard at once. */
class Ears implements Sound {
  src = "";
  currentTime = 0;
  paused = true;
  ended = false;
  playbackRate = 1;
  volume = 1;
  readonly #events = new Emitter();
  #request: ClientRequest | undefined;

  play(): Promise<void> {
    this.paused = false;
    return new Promise((resolve, reject) => {
      this.#request = get(this.src, { agent: false }, (response) => {
        if (response.statusCode !== 200) return reject(new Error(`${response.statusCode}`));
        response.once("data", () => {
          this.#events.emit("playing", undefined);
          resolve();
        });
        response.on("data", (bytes: Buffer) => (this.currentTime += bytes.length / 16_000));
        response.on("error", () => {});
      });
      this.#request.on("error", reject);
    });
  }
  pause(): void {
    this.paused = true;
  }
  load(): void {
    this.#request?.destroy();
  }
  removeAttribute(): void {
    this.src = "";
  }
  addEventListener(type: SoundEvent, listener: () => void): void {
    this.#events.on(type, listener);
  }
}

function openEvents(url: string, told: AudioEvent[]): EventsLink {
  let text = "";
  const request = get(url, { agent: false }, (response: IncomingMessage) => {
    link.onopen?.();
    response.on("data", (bytes: Buffer) => {
      const lines = (text + bytes).split("\n\n");
      text = lines.pop()!;
      for (const line of lines.filter((each) => each.startsWith("data: "))) {
        told.push(JSON.parse(line.slice(6)) as AudioEvent);
        link.onmessage?.({ data: line.slice(6) });
      }
    });
    response.on("error", () => link.onerror?.());
  });
  request.on("error", () => link.onerror?.());
  const link: EventsLink = { onopen: null, onmessage: null, onerror: null, close: () => void request.destroy() };
  return link;
}

async function start(kept: string): Promise<void> {
  const store = new Map([[storeKey, kept]]);
  const api = new AudioApi(server.url, () => "");
  const told: AudioEvent[] = [];
  const urls: string[] = [];
  const note = (url: string) => {
    urls.push(new URL(url).pathname.split("/")[2]!);
    return url;
  };
  const player = new Player({
    establisher: new Establisher({
      info: (session) => api.info(session),
      store: { getItem: (key) => store.get(key) ?? null, setItem: (key, value) => void store.set(key, value) },
    }),
    streamUrl: (session, listener) => note(api.streamUrl(session, listener)),
    eventsUrl: (session, listener) => note(api.eventsUrl(session, listener)),
    sound: new Ears(),
    openEvents: (url) => openEvents(url, told),
    emit: () => {},
  });
  try {
    await Promise.all([player.tune(), player.tune()]);
    await player.play();
    await expect.poll(() => player.heardFrame, { timeout: 10_000, interval: 5 }).toBeGreaterThan(0);
    const connected = told.filter((event) => event.type === "connected").map(({ sessionId }) => sessionId);
    const ids = new Set([player.session.id, store.get(storeKey), ...connected, ...urls]);
    expect([...ids]).toEqual([player.session.id]);
    if (kept && kept !== "gone") expect(player.session.id).toBe(kept);
  } finally {
    player.close();
  }
}

it("[AU4] 1,000 starts: one session id for sound and events in each", async () => {
  const api = new AudioApi(server.url, () => "");
  const create = async (name: string) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ sessionName: name });
    const response = await fetch(`${server.url}/api/session/create`, { method: "POST", headers, body });
    return ((await response.json()) as { sessionId: string }).sessionId;
  };
  const kept = ["", "gone", (await api.info()).id, await create("morning"), await create("evening")];
  let left = starts;
  const startMany = async () => {
    while (left-- > 0) await start(kept[left % kept.length]!);
  };
  await Promise.all(Array.from({ length: atOnce }, startMany));
  const { sessions } = (await (await fetch(`${server.url}/api/session/list`)).json()) as { sessions: unknown[] };
  expect(sessions).toHaveLength(3);
});
