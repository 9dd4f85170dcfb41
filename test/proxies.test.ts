/** [OP5] The proxies of docs/guides/many-processes.md, really started: pages, streams and WebSockets go through them. */
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { freePorts } from "./lib/ports.ts";
import { certificateDir, end, type Ports, proxies } from "./lib/proxies.ts";
import { newGuest, type Reservation, until } from "./lib/raw.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";

const hasOpenssl = existsSync("/usr/bin/openssl");

function ask(url: string, method = "GET", headers: Record<string, string> = {}, body = ""): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false, rejectUnauthorized: false } as const;
    request(url, options, resolve).on("error", reject).end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return text;
}

describe.each(proxies)("[OP5] behind $name", ({ name, isThere, check, start }) => {
  const missing = isThere && hasOpenssl ? "" : ` (skipped: there is no ${isThere ? "openssl" : name}; Debian has it)`;

  describe.skipIf(missing !== "")(`the example${missing}`, () => {
    let servers: [TestServer, TestServer];
    let proxy: ChildProcess | undefined;
    let words = "";
    let ports: Ports;
    let url: string;
    let certificate: ReturnType<typeof certificateDir>;

    beforeAll(async () => {
      certificate = certificateDir();
      const https = await freePorts(2);
      url = `https://localhost:${https}`;
      const env = { TRUST_PROXY: "loopback" };
      servers = await Promise.all([startTestServer({ env }), startTestServer({ env })]);
      ports = { https, http: https + 1, servers: [servers[0].port, servers[1].port] };
      check(certificate.dir, ports);
      proxy = start(certificate.dir, ports);
      proxy.stderr!.on("data", (data) => (words += data));
      const status = () =>
        ask(`${url}/healthz`).then(
          (response) => response.statusCode,
          () => 0,
        );
      while ((await status()) !== 200) if (proxy.exitCode !== null) throw new Error(words);
    });
    afterAll(async () => {
      if (proxy) await end(proxy);
      await Promise.all((servers ?? []).map((server) => server.stop()));
      certificate?.remove();
    });

    it("serves pages, and servers know the address that people see", async () => {
      const page = await ask(`${url}/field`);
      expect([page.statusCode, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
      const session = JSON.parse(await textOf(await ask(`${url}/session/field`))) as { url: string };
      expect(session.url, words).toBe(url);
    });

    it("asks both servers", async () => {
      const ids = new Set<string>();
      for (let i = 0; i < 10; i++) {
        const info = JSON.parse(await textOf(await ask(`${url}/api/session/info`))) as { sessionId: string };
        ids.add(info.sessionId);
      }
      expect(ids.size).toBeGreaterThan(1);
    });

    it("holds nothing back of events and sound", async () => {
      for (const [path, type] of [
        ["/events", "text/event-stream"],
        ["/stream", "audio/mpeg"],
      ]) {
        const response = await ask(url + path);
        let bytes = 0;
        response.on("data", (chunk: Buffer) => (bytes += chunk.length));
        response.on("error", () => {});
        expect([response.statusCode, response.headers["content-type"]]).toEqual([200, expect.stringContaining(type!)]);
        await expect.poll(() => bytes, { timeout: 2000 }).toBeGreaterThan(0);
        const first = bytes;
        await expect.poll(() => bytes, { timeout: 7000 }).toBeGreaterThan(first);
        response.destroy();
      }
    });

    it("leads a WebSocket to the server that its address names", async () => {
      for (const server of servers) {
        const { token } = await newGuest(server.url);
        const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
        const join = `${url}/${server.port}/matchmake/joinOrCreate/world`;
        const seat = JSON.parse(await textOf(await ask(join, "POST", headers, '{"slug":"field"}'))) as Reservation;
        const address = `/${server.port}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
        const socket = new WebSocket(url.replace("https", "wss") + address, { rejectUnauthorized: false });
        let bytes = 0;
        socket.on("message", (data: Buffer) => (bytes += data.length));
        expect(await until(() => bytes > 0 || undefined, 5000), server.url).toBe(true);
        socket.close();
      }
    });

    it("answers every request while one of the servers is gone", async () => {
      process.kill(servers[0].pid, "SIGKILL");
      await servers[0].exited;
      for (let i = 0; i < 20; i++) expect((await ask(`${url}/field`)).statusCode).toBe(200);
      const { token } = await newGuest(servers[1].url);
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
      const join = `${url}/matchmake/joinOrCreate/world`;
      for (let i = 0; i < 4; i++) expect((await ask(join, "POST", headers, '{"slug":"field"}')).statusCode).toBe(200);
    });
  });
});

it("the guide shows the examples that are tested", () => {
  const guide = readFileSync("docs/guides/many-processes.md", "utf8");
  for (const name of ["nginx.conf", "Caddyfile", "hereabouts@.service"]) {
    expect(guide).toContain(`(../examples/${name})`);
    expect(existsSync(`docs/examples/${name}`)).toBe(true);
  }
});
