/**
 * Colyseus's monitor with a bar of links to the operators' own pages, and for viewers without the buttons that would be
 * refused. The one file that knows what its page looks like; `monitorIndex.test.ts` fails when a new version changes it.
 * Then the page goes without the bar.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { RequestHandler } from "express";

/** Where the page's own script puts everything. */
const anchor = '<div id="app"></div>';
const links = { People: "people", Rooms: "room", Sessions: "sessions", Audit: "audit" };
const style = `
  .hereabouts { display: flex; flex-wrap: wrap; gap: 4px; padding: 0 14px; background: #0d47a1;
    font: 15px/1.45 Roboto, Helvetica, Arial, sans-serif; }
  .hereabouts a { padding: 10px; color: #fff; text-decoration: none; }
  @media (max-width: 600px) { .hereabouts { justify-content: space-between; gap: 0; padding: 0 12px; } .hereabouts a { padding: 10px 4px; } }
  .hereabouts a:hover, .hereabouts a[aria-current] { box-shadow: inset 0 -3px #fff; }
  .hereabouts a:focus-visible { outline: 3px solid #fff; outline-offset: -3px; }
  #app .MuiContainer-root { max-width: none !important; }
  /* a world's mix of carriers runs on over its listeners, which only audio sessions have */
  #app .MuiDataGrid-cell[data-field="carriers"], #app [data-field="carriers"] .MuiDataGrid-cellContent { overflow: visible; }`;

const linkTexts = Object.entries(links).map(([name, page]) => `<a href="/monitor/${page}">${name}</a>`);
const bar = `<style>${style}</style>
  <nav class="hereabouts" aria-label="Monitor"><a href="/monitor/" aria-current="page">Overview</a>${linkTexts.join("")}</nav>`;

/** What a viewer would be refused: the buttons that end something, which are its red ones, and those that send. */
const viewerStyle = `<style>
  button.MuiIconButton-colorError, button.MuiButton-colorError, button:has([data-testid="SendIcon"]) { display: none; }
  </style>`;

/** Of the installed version. */
export function readMonitorPage(): string {
  return readFileSync(fileURLToPath(new URL("static/index.html", import.meta.resolve("@colyseus/monitor"))), "utf8");
}

/** Undefined where there is no place for it. */
export function withBar(page: string): string | undefined {
  return page.includes(anchor) ? page.replace(anchor, `${bar}\n  ${anchor}`) : undefined;
}

/** The page with its bar, as who may only look sees it. */
function forViewers(page: string): string {
  return page.replace(anchor, `${viewerStyle}\n  ${anchor}`);
}

/** Below the login. Answers for the page itself and for nothing else. */
export function monitorIndex(page: string | undefined = withBar(readMonitorPage())): RequestHandler {
  return (req, res, next) => {
    const isIndex = req.method === "GET" && req.originalUrl.split("?")[0]!.toLowerCase() === "/monitor/";
    if (!isIndex || page === undefined) return next();
    res.type("html").send(res.locals["operatorRole"] === "operator" ? page : forViewers(page));
  };
}
