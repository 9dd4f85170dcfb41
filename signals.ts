/**
 * What asks the process to end: SIGTERM, Ctrl+C, or its terminal going away. The first asks for a drain, one more for an
 * end at once; but npm and a terminal both pass on the same Ctrl+C, which counts once.
 */

const repeatMs = 500;

export function onStop({ drain, end }: { drain(signal: string): void; end(): void }): void {
  let firstAt: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      const at = performance.now();
      firstAt ??= at;
      if (firstAt === at) drain(signal);
      else if (at - firstAt > repeatMs) end();
    });
  }
}
