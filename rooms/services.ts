/** What every room is given: the services it relies on, made once by the server. */
import type { Config } from "../config.ts";
import type { Chats } from "../services/chats/chats.ts";
import type { Cluster } from "../services/cluster/cluster.ts";
import type { Datagrams } from "../services/datagram/datagrams.ts";
import type { Tokens } from "../services/identity/tokens.ts";
import type { Log } from "../services/ops/log.ts";
import type { Metrics } from "../services/ops/metrics.ts";
import type { Presence } from "../services/presence/presence.ts";
import type { WorldSaves } from "../services/saves/saves.ts";
import type { Sessions } from "../services/sessions/sessions.ts";

export interface RoomServices {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly cluster: Cluster;
  readonly presence: Presence;
  readonly tokens: Tokens;
  readonly saves: WorldSaves;
  readonly chats: Chats;
  readonly datagrams: Datagrams;
  readonly sessions: Sessions;
  /** Server time in ms since the epoch, which never goes back. */
  readonly now: () => number;
}
