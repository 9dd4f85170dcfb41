/** Who one is to the server: a guest that is the same at each visit, or whoever a given token says. */
import { HereaboutsError } from "../schema/errors.ts";
import { fetchJson } from "./errors.ts";
import type { ConnectOptions } from "./types.ts";

export interface Me {
  id: string;
  handle: string;
  name: string;
  guest: boolean;
  role: "member" | "service" | "moderator" | "admin";
  token: string;
}

type Store = NonNullable<ConnectOptions["storage"]>;

/** Throws BAD_TOKEN, HANDLE_TAKEN or UNREACHABLE. */
export async function identify(url: string, options: ConnectOptions): Promise<Me> {
  if (options.token) return whoIs(url, options.token);
  const store = options.storage === undefined ? browserStore() : options.storage;
  return withLock(() => guest(url, options.name, store));
}

export async function whoIs(url: string, token: string): Promise<Me> {
  const me = await fetchJson<Omit<Me, "token">>(`${url}/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  return { ...me, token };
}

async function guest(url: string, name: string | undefined, store: Store | null): Promise<Me> {
  const key = `hereabouts:guest:${new URL(url).host}`;
  const token = store?.getItem(key) ?? undefined;
  const me = await fetchJson<Me>(`${url}/auth/guest`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...(token ? { token } : {}), ...(name === undefined ? {} : { name }) }),
  });
  store?.setItem(key, me.token);
  return me;
}

/** Where this browser keeps things; null where it keeps nothing, as in Node. */
export function browserStore(): Store | null {
  try {
    return typeof localStorage === "undefined" ? null : localStorage;
  } catch {
    return null;
  }
}

/** Two tabs that open at once become one guest, not two. */
async function withLock<T>(work: () => Promise<T>): Promise<T> {
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  return locks ? await locks.request("hereabouts:guest", work) : work();
}

/** The server's address in one spelling, without a slash at the end. */
export function normalizeUrl(url: string): string {
  const full = URL.canParse(url) ? new URL(url) : undefined;
  if (!full || !/^(https?|wss?):$/.test(full.protocol)) {
    throw new HereaboutsError("UNREACHABLE", `"${url}" is not an address like http://localhost:2567.`);
  }
  return `${full.protocol.replace("ws", "http")}//${full.host}${full.pathname.replace(/\/+$/, "")}`;
}
