/** Whether what is kept can be written now. */
import { setTimeout as pause } from "node:timers/promises";

/** Storage that takes longer to answer counts as failing. */
const storageMs = 2000;

/** Why `check` throws, or that it gives no answer; undefined where all is well. */
export async function storageFailure(check: () => Promise<void>): Promise<string | undefined> {
  const answered = new AbortController();
  const tooLong = pause(storageMs, undefined, { signal: answered.signal, ref: false });
  tooLong.catch(() => {}); // it is aborted
  try {
    await Promise.race([check(), tooLong.then(() => Promise.reject(new Error("no answer")))]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    answered.abort();
  }
}
