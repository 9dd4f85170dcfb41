/** What a test holds of a test site: the public face of `hereabouts/testing`. */
import type { ConnectOptions, Hereabouts } from "../client/index.ts";
import type { Weather } from "../client/weather.ts";

/** How a test site starts. */
export interface TestSiteOptions {
  /** Whether there are audio sessions; false if left out, as music takes seconds to make. */
  audio?: boolean;
  /** Whether movement may travel as datagrams, for which a process is started; false if left out. */
  datagrams?: boolean;
  /** Any other settings by their names: `{ GRACE_MS: "500" }`. See `npm run config`. */
  settings?: Readonly<Record<string, string>>;
}

/** Who comes to a test site, and how. */
export interface TestPersonOptions extends ConnectOptions {
  /** Makes this a person with a handle instead of a guest. */
  handle?: string;
  /** Of a person with a handle. */
  role?: "member" | "service" | "moderator" | "admin";
  /** Of a person with a handle; `human` if left out. */
  kind?: "human" | "ai" | "persona";
  /** How bad the network of this person is. */
  weather?: Partial<Weather>;
}

/** A whole server in the process of a test, with a database of its own that nobody else sees. */
export interface TestSite extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  /** Someone new with the SDK: a guest of that name, or a person with a handle. They leave when the site closes. */
  connect(name: string, options?: TestPersonOptions): Promise<Hereabouts>;
  /** A token as `npm run token` prints it. */
  token(claims: Pick<TestPersonOptions, "role" | "kind"> & { handle: string; name?: string }): Promise<string>;
  /** Lets everyone go, ends the server, and removes what it kept. May be called twice. */
  close(): Promise<void>;
}
