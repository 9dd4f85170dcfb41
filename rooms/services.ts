/** What every room is given: the services it relies on, made once by the server. */
import type { Config } from "../config.ts";
import type { Admission } from "../services/admission/admission.ts";
import type { Artifacts } from "../services/artifacts/artifacts.ts";
import type { Bans } from "../services/bans/bans.ts";
import type { Chats } from "../services/chats/chats.ts";
import type { Cluster } from "../services/cluster/cluster.ts";
import type { Datagrams } from "../services/datagram/datagrams.ts";
import type { Tokens } from "../services/identity/tokens.ts";
import type { LifecycleBus } from "../services/lifecycle.ts";
import type { Log } from "../services/ops/log.ts";
import type { Metrics } from "../services/ops/metrics.ts";
import type { Presence } from "../services/presence/presence.ts";
import type { WorldSaves } from "../services/saves/saves.ts";
import type { Sessions } from "../services/sessions/sessions.ts";

export interface RoomServices {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly admission: Admission;
  readonly cluster: Cluster;
  readonly presence: Presence;
  readonly tokens: Tokens;
  readonly saves: WorldSaves;
  readonly chats: Chats;
  readonly bans: Bans;
  readonly datagrams: Datagrams;
  readonly sessions: Sessions;
  /** What happens to rooms and audio sessions. */
  readonly lifecycle: LifecycleBus;
  readonly artifacts: Artifacts;
  /** Server time in ms since the epoch, which never goes back. */
  readonly now: () => number;
}
