/** What a server must have written, or not, by the end of a test file. Call it last in the file. */
import { describe, expect, it } from "vitest";
import type { TestServer } from "./server.ts";

/** `secrets`: what was given to the server, or made by it, and is for no log. */
export function expectCleanLog(server: () => TestServer, secrets: readonly string[] = []): void {
  describe("the log", () => {
    it("holds no password, no secret and no token", () => {
      const written = server()
        .lines.map(({ text }) => text)
        .join("\n");
      for (const secret of [...secrets, "eyJ"]) expect(written).not.toContain(secret);
    });

    it("holds no error, and nothing was written beside it", async () => {
      const { lines, logs, metric } = server();
      expect(logs().filter(({ level }) => (level as number) >= 50)).toEqual([]);
      expect(lines.filter(({ from }) => from === "stderr")).toEqual([]);
      expect(await metric("hereabouts_errors_total")).toBe(0);
    });
  });
}
