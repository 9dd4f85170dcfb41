/**
 * Loaded into a server before it starts: at SIGUSR2 it collects garbage and writes what is left, so that a test can tell
 * memory that is held from memory that was not yet collected.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

process.on("SIGUSR2", () => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  console.log(`held ${heapUsed + arrayBuffers}`);
});
