/**
 * Who may do what below /monitor and /ops: each route for nobody, a member's token, a wrong password, a viewer and an
 * operator, from another site's page and by another method. A route that is mounted and not in the table fails.
 */
import { createServer } from "node:http";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mountMonitor } from "../routes/monitor.ts";
import { OperatorDoor } from "../routes/operatorDoor.ts";
import { mountOperations } from "../routes/ops.ts";
import { mountSessionFiles } from "../routes/opsSessions.ts";
import { mountPages } from "../routes/pages.ts";
import { expectCleanLog } from "./lib/cleanLog.ts";
import { ask, basicAuth, type RawAnswer } from "./lib/http.ts";
import { startTestServer, type TestServer } from "./lib/server.ts";
import { newToken } from "./lib/tokens.ts";

const passwords = { operator: "open sesame: ünlock", viewer: "just looking" };
type Access = "look" | "act";
type Route = { method: "GET" | "POST" | "DELETE"; route: string; path?: string; access: Access };

/** `route` as express has it; `path` where it takes something. */
const routes: readonly Route[] = [
  { method: "GET", route: "/ops/me", access: "look" },
  { method: "GET", route: "/ops/explain", path: "/ops/explain?person=ada&room=world:field", access: "look" },
  { method: "GET", route: "/ops/people", path: "/ops/people?q=a", access: "look" },
  { method: "POST", route: "/ops/people/:person/:action", path: "/ops/people/ada/kick", access: "act" },
  { method: "GET", route: "/ops/restrictions", access: "look" },
  { method: "GET", route: "/ops/rooms", access: "look" },
  { method: "GET", route: "/ops/rooms/:key", path: "/ops/rooms/world:field", access: "look" },
  { method: "GET", route: "/ops/audit", access: "look" },
  { method: "GET", route: "/ops/sessions", access: "look" },
  { method: "GET", route: "/ops/sessions/:folder", path: "/ops/sessions/x", access: "look" },
  { method: "GET", route: "/ops/sessions/:folder/files/*path", path: "/ops/sessions/x/files/logs/y", access: "look" },
  { method: "DELETE", route: "/ops/sessions/:folder/files/*path", path: "/ops/sessions/x/files/logs/y", access: "act" },
  { method: "DELETE", route: "/ops/sessions/:folder", path: "/ops/sessions/x", access: "act" },
  { method: "POST", route: "/ops/erase", path: "/ops/erase?person=nobody", access: "act" },
  { method: "GET", route: "/monitor/:page", path: "/monitor/people", access: "look" },
  // Colyseus's own, which it routes by itself
  { method: "GET", route: "/monitor/", access: "look" },
  { method: "GET", route: "/monitor/api", access: "look" },
  { method: "GET", route: "/monitor/api/room", path: "/monitor/api/room?roomId=x", access: "look" },
  { method: "GET", route: "/monitor/assets/x", path: "/monitor/assets/x.js", access: "look" },
  {
    method: "GET",
    route: "/monitor/api/room/call",
    path: "/monitor/api/room/call?roomId=x&method=disconnect&args=[]",
    access: "act",
  },
];

let server: TestServer;
let memberToken: string;

beforeAll(async () => {
  const env = { MONITOR_PASSWORD: passwords.operator, MONITOR_VIEW_PASSWORD: passwords.viewer, AUDIO: "off" };
  server = await startTestServer({ env: { ...env, TRUST_PROXY: "loopback" } });
  memberToken = await newToken(server, "ada", "--role", "admin");
});
afterAll(() => server?.stop());

let guesses = 0;
const own = { "sec-fetch-site": "same-origin" };
const asking = ({ route, path = route, method }: Route, headers: Record<string, string>, by: string = method) =>
  ask(server.url, path, headers, by);

/** What is answered to those who may: anything but a login, a refusal of their role, or a page that is not there. */
const isLetIn = ({ status, body }: RawAnswer) => ![401, 403, 405].includes(status) && !body.includes('"FORBIDDEN"');
const codeOf = ({ body }: RawAnswer) => (body.startsWith("{") ? (JSON.parse(body) as { code: string }).code : "");

describe("[OP1] the access matrix", () => {
  it("has every route that is mounted", async () => {
    const app = express();
    const http = createServer();
    const nothing = {} as never;
    const door = new OperatorDoor({ operatorPassword: "x", viewerPassword: "" }, nothing);
    mountMonitor(app, door, nothing);
    mountOperations(app, door, nothing);
    mountSessionFiles(app, nothing);
    const closePages = await mountPages(app, { dev: false, server: http });
    const layers = app.router.stack as { route?: { path: unknown; methods: Record<string, boolean> } }[];
    const mounted = layers.flatMap(({ route }) =>
      route && /^\/(ops|monitor)\b/.test(String(route.path))
        ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${String(route.path)}`)
        : [],
    );
    const listed = routes.map(({ method, route }) => `${method} ${route}`);
    expect(mounted.length).toBeGreaterThan(9);
    expect(mounted.filter((route) => !listed.includes(route))).toEqual([]);
    await closePages();
  });

  describe.each(routes.map((route) => ({ ...route, title: `${route.method} ${route.route}` })))("$title", (route) => {
    it.each<[string, () => Record<string, string>]>([
      ["nobody", () => ({})],
      ["a member's token", () => ({ authorization: `Bearer ${memberToken}` })],
      ["a wrong password", () => basicAuth("operator", "open sesame")],
      ["the viewer's password for operator", () => basicAuth("operator", passwords.viewer)],
      ["the operator's password for another name", () => basicAuth("admin", passwords.operator)],
    ])("asks %s for a login", async (_, headers) => {
      // who guesses is slowed: each guess is of an address of its own
      const from = { "x-forwarded-for": `10.0.0.${++guesses}` };
      const answer = await asking(route, { ...headers(), ...own, ...from });
      expect([answer.status, answer.headers["www-authenticate"]]).toEqual([401, expect.stringContaining("Basic")]);
    });

    it(`lets a viewer ${route.access === "look" ? "look" : "do nothing"}, and an operator in; tells neither a password`, async () => {
      const answers = await Promise.all(
        (["viewer", "operator"] as const).map((name) => asking(route, { ...basicAuth(name, passwords[name]), ...own })),
      );
      expect(answers.map(isLetIn)).toEqual([route.access === "look", true]);
      for (const password of Object.values(passwords)) expect(JSON.stringify(answers)).not.toContain(password);
    });

    it.each<Record<string, string>>([
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "http://evil.example" },
      { origin: "null" },
    ])("is closed to other sites' pages: %j", async (headers) => {
      const answer = await asking(route, { ...basicAuth("operator", passwords.operator), ...headers });
      expect([answer.status, codeOf(answer)]).toEqual([403, "CROSS_SITE"]);
    });

    it("takes no other method", async () => {
      const taken = routes.flatMap(({ route: other, method }) => (other === route.route ? [method as string] : []));
      const others = ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((method) => !taken.includes(method));
      for (const method of others) {
        const { status } = await asking(route, { ...basicAuth("operator", passwords.operator), ...own }, method);
        expect([method, status >= 400]).toEqual([method, true]);
      }
    });
  });

  it.each([
    "/%6donitor/people",
    "/monitor%2fpeople",
    "/monitor/people.html",
    "/monitor%2fpeople.html",
    "/%6donitor/people.html",
    "/x/../monitor/people.html",
    "/./monitor/people.html",
    "/MONITOR/PEOPLE",
    "/OPS/people",
    "/%6fps/people",
    "/assets/../monitor/people.html",
    "/assets/..%2fmonitor%2fpeople.html",
  ])("is not got round by %s", async (path) => {
    const { status, body } = await ask(server.url, path, own);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).not.toContain("hereabouts monitor</p>");
  });
});

expectCleanLog(() => server, Object.values(passwords));
