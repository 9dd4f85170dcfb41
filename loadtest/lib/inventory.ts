/**
 * Loaded into a server before it starts (`--import`): asked by its parent, it collects garbage and says what it holds. Only
 * what is held after a collection tells a leak from garbage that waits. It changes nothing else, and keeps nothing alive.
 */
import { getHeapSpaceStatistics } from "node:v8";

export type Inventory = {
  /** After a full collection, in bytes. */
  heap: number;
  /** Of that, what V8 has compiled, and what it needs to go back from it. */
  code: number;
  /** Of buffers, outside the heap. */
  external: number;
  rss: number;
  /** What keeps the event loop alive, by Node's names: timers, sockets, pipes, ports. */
  resources: Record<string, number>;
};

export const inventoryQuestion = "inventory";
export type InventoryAnswer = { inventory: Inventory };

const codeSpaces = /^(code|trusted)_/;

const { gc } = globalThis;

if (gc && process.send) {
  process.on("message", (message) => {
    if (message !== inventoryQuestion) return;
    gc();
    process.send!({ inventory: inventoryOf() } satisfies InventoryAnswer);
  });
  process.channel?.unref();
}

function inventoryOf(): Inventory {
  const { heapUsed, external, rss } = process.memoryUsage();
  const code = getHeapSpaceStatistics()
    .filter(({ space_name }) => codeSpaces.test(space_name))
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0);
  const resources: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1;
  return { heap: heapUsed, code, external, rss, resources };
}
