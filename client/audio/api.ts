/** The routes of audio sessions, as the player asks them. */
import type { SessionAnswer, SessionInfo } from "../../schema/audio.ts";
import { fetchJson } from "../errors.ts";
import type { AudioSession, CreateOptions } from "./types.ts";

export class AudioApi {
  readonly #url: string;
  readonly #token: () => string;

  constructor(url: string, token: () => string) {
    this.#url = url;
    this.#token = token;
  }

  /** The session of an id or a name; without one the browser's own, else the master. Throws SESSION_NOT_FOUND, UNREACHABLE. */
  async info(session?: string): Promise<AudioSession> {
    const path = session === undefined ? "info" : encodeURIComponent(session);
    return sessionOf(await fetchJson<SessionInfo>(`${this.#url}/api/session/${path}`));
  }

  async create(sessionName: string, options: CreateOptions): Promise<string> {
    return (await this.#post("create", { sessionName, options })).sessionId;
  }

  async follow(sessionName: string, followerName: string | undefined): Promise<string> {
    const named = followerName === undefined ? {} : { followerName };
    return (await this.#post("follow", { sessionName, ...named })).sessionId;
  }

  /** The server's time in ms since the epoch. */
  async time(): Promise<number> {
    return (await fetchJson<SessionInfo>(`${this.#url}/api/session/info`)).at;
  }

  streamUrl(session: string, listener: string): string {
    return `${this.#url}/stream/${session}?listener=${listener}`;
  }

  eventsUrl(session: string, listener: string): string {
    return `${this.#url}/events/${session}?listener=${listener}`;
  }

  #post(what: "create" | "follow", body: unknown): Promise<SessionAnswer> {
    const headers = { "content-type": "application/json", authorization: `Bearer ${this.#token()}` };
    return fetchJson(`${this.#url}/api/session/${what}`, { method: "POST", headers, body: JSON.stringify(body) });
  }
}

function sessionOf({ sessionId: id, name, type, following, followingName, allowCommands }: SessionInfo): AudioSession {
  const followed = following === null ? undefined : { id: following, name: followingName ?? following };
  return { id, name, type, following: followed, allowCommands };
}
