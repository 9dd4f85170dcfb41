/** How the tests of the chat log open one, whatever it is kept in. */
import type { ChatLog } from "../chatlog.ts";

export interface OpenOptions {
  keep?: number;
  now?: () => number;
}

/** Where one log's data is. */
export interface Place {
  open(options?: OpenOptions): ChatLog;
}

/** Opens a log on new data; `place` keeps the data for opening it again. Closed after the test. */
export interface Opener {
  open(options?: OpenOptions): ChatLog;
  place(): Place;
}
