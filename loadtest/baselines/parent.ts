/** What a baseline's process says to the load test that started it: its port once, its use of CPU and memory when asked. */
export function tellParent(port: number): void {
  process.on("message", () => process.send?.({ cpu: process.cpuUsage(), rssBytes: process.memoryUsage.rss() }));
  process.on("disconnect", () => process.exit(0));
  process.send?.({ port });
}

/** The address to listen on. */
export const host = process.env["HOST"] ?? "127.0.0.1";
