/** Tells what makes a Redis less durable than the chat log's contract says. Asks only; changes nothing. */
import type { Redis } from "ioredis";

export async function warnIfNotDurable(redis: Redis, onWarning: (warning: string) => void): Promise<void> {
  const setting = async (name: string) => ((await redis.config("GET", name)) as string[])[1];
  try {
    if ((await setting("appendonly")) !== "yes") {
      onWarning("Redis has appendonly off: chat lines that were answered are lost when it stops. Set appendonly yes.");
    } else if ((await setting("appendfsync")) !== "always") {
      onWarning(
        "Redis does not have appendfsync always: chat lines that were answered are lost if its machine stops within " +
          "about a second. Set appendfsync always.",
      );
    }
    if (Number(await setting("maxmemory")) > 0 && (await setting("maxmemory-policy"))?.startsWith("allkeys")) {
      onWarning("Redis may evict any key when its memory is full, chat lines too. Set maxmemory-policy noeviction.");
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    onWarning(`Whether Redis keeps chat lines durably cannot be told: CONFIG GET was refused (${reason}).`);
  }
}
