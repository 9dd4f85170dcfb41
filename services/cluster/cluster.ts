/**
 * This process among others: who lives, whose a key is, and what is said to all. Types only; `alone.ts` is a process
 * without others, `redisCluster.ts` is one of several that share a Redis.
 *
 * A *home* is the process that a key ("world:meadow", "chat:system", "session:mine") lives on: at most one that lives has
 * it. Each claim carries a fence, a number above that of every claim before it, so that whoever lost a key while it was
 * stalled can be told from whoever has it.
 */

export interface Member {
  /** Colyseus's id of the process. */
  readonly id: string;
  /** How other processes reach it: `http://10.0.0.4:2568`. */
  readonly peerUrl: string;
  /**
   * How clients reach its WebSockets: `rooms.example.org/2568`. With a colon first (`:2568`) a port of whatever host the
   * client asked.
   */
  readonly address: string;
  /** Seats and rooms that it has now: how busy it is. */
  readonly seats: number;
  readonly rooms: number;
  readonly isDraining: boolean;
  /** It came a moment ago: of processes that died before that it never heard who was where. */
  readonly isNew?: true;
}

export interface Home {
  readonly key: string;
  /** Id of the process. */
  readonly process: string;
  /** What the owner said that lives there: a room's id. */
  readonly value: string;
  readonly fence: number;
}

export type ClusterEvent =
  | { type: "joined"; member: Member }
  /** `dead`: killed, stalled or cut off; what it had is to be had by others. */
  | { type: "gone"; member: Member; why: "drained" | "dead" }
  /** Redis does not answer; what is here goes on. */
  | { type: "down" }
  /** It answers again. `isEmpty`: it has forgotten everything. */
  | { type: "up"; isEmpty: boolean }
  /** Somebody else has what this process had: whoever spoke for it must end it. */
  | { type: "lost"; home: Home };

/** What a process says of itself to another that has not heard of it for a while. */
export interface Alive {
  readonly id: string;
  /** Whether it still stands for the keys that it has. Whoever said no once has given all of them up. */
  readonly isServing: boolean;
  readonly isUp: boolean;
  /** For how long Redis has been answering it. */
  readonly upMs: number;
}

export interface Cluster {
  readonly id: string;
  /** Whether there can be no others. */
  readonly isAlone: boolean;
  /** Whether Redis answers. */
  readonly isUp: boolean;
  /**
   * False while this process cannot know what it still has: it stood still for too long, and has not asked yet. Nothing
   * may be taken from clients then.
   */
  readonly isCurrent: boolean;
  alive(): Alive;
  /** Those that live, this one included. */
  members(): readonly Member[];
  watch(listener: (event: ClusterEvent) => void): () => void;
  /** Whose a key is; undefined if nobody's that lives. Throws UNAVAILABLE within a second. */
  find(key: string): Promise<Home | undefined>;
  /** Takes a key for this process, unless somebody who lives has it: then answers theirs. Throws UNAVAILABLE. */
  claim(key: string, value: string): Promise<Home>;
  /** What this process has, by memory. */
  own(key: string): Home | undefined;
  /** Gives up a key, so that others may take it at once. Never throws: a key that could not be released dies with its process. */
  release(home: Home): Promise<void>;
  /** Messages to and from all other processes: lost ones are lost. */
  channel(name: string): Channel;
  /** Says who this process is and begins to be seen. */
  begin(self: Pick<Member, "peerUrl" | "address">, load: () => Pick<Member, "seats" | "rooms">): Promise<void>;
  /** From now on nothing new comes here. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export interface Channel {
  /** Resolves when it is on its way to all that listen. Rejects with UNAVAILABLE. */
  publish(message: string): Promise<void>;
  /** `from`: id of the process that said it. Own messages do not come back. */
  listen(listener: (message: string, from: string) => void): () => void;
}
