/** The bar on Colyseus's page: a new version of it that has no place for one fails here. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readMonitorPage, withBar } from "./monitorIndex.ts";

describe("[OP1] the bar on Colyseus's monitor", () => {
  it("stands before what the installed version shows, once", () => {
    const page = withBar(readMonitorPage())!;
    expect(page.match(/<nav class="hereabouts"/g)).toHaveLength(1);
    expect(page.indexOf("<nav")).toBeLessThan(page.indexOf('<div id="app">'));
    expect(page).toContain('<script type="module"');
  });

  it("has the links of the other pages' bar", () => {
    const linksOf = (html: string) => [...html.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href);
    const other = readFileSync(new URL("../web/monitor/bar.html", import.meta.url), "utf8");
    expect(linksOf(withBar(readMonitorPage())!)).toEqual(linksOf(other));
  });

  it("is left out of a page that it does not know", () => {
    expect(withBar("<html></html>")).toBeUndefined();
  });
});
