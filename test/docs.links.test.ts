/** [DO2] Links lead somewhere: those of the docs to files and headings, those of pages to files and pages. None goes out to look. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { pages } from "./lib/guides.ts";
import { anchorsIn, linksIn } from "./lib/links.ts";

const links = pages.flatMap(linksIn);
const isWeb = (target: string) => /^[a-z]+:/.test(target);
const told = ({ page, line, target }: (typeof links)[number]) => `${page}:${line}: ${target}`;

/** The file that a link points to, from the root, and what stands behind its `#`. */
function goalOf(page: string, target: string): [file: string, anchor: string | undefined] {
  const [path, anchor] = target.split("#");
  return [path ? normalize(join(dirname(page), path)) : page, anchor];
}

describe("[DO2] links of the docs", () => {
  const local = links.filter(({ target }) => !isWeb(target));

  it("lead to files of this repository that there are", () => {
    expect(local.length).toBeGreaterThan(100);
    const isThere = (file: string) => !file.startsWith("..") && existsSync(file);
    expect(local.filter(({ page, target }) => !isThere(goalOf(page, target)[0])).map(told)).toEqual([]);
  });

  it("lead to headings that there are", () => {
    const anchors = new Map(pages.map((page) => [page, anchorsIn(page)]));
    const lost = local.filter(({ page, target }) => {
      const [file, anchor] = goalOf(page, target);
      return anchor !== undefined && !anchors.get(file)?.includes(anchor);
    });
    expect(lost.map(told)).toEqual([]);
  });

  it("show pictures that are in docs/pictures", () => {
    const shown = links.filter(({ isPicture }) => isPicture).map(({ page, target }) => goalOf(page, target)[0]);
    expect([...new Set(shown)].sort()).toEqual(globSync("docs/pictures/*").sort());
  });

  it("have well-formed addresses where they go out", () => {
    const web = links.filter(({ target }) => isWeb(target));
    const isWellFormed = (target: string) =>
      URL.canParse(target) && /^(?:https:\/\/[\w.-]+\.\w+|http:\/\/localhost)/.test(target);
    expect(web.filter(({ target }) => !isWellFormed(target)).map(told)).toEqual([]);
  });

  it("lead from the README to every page", () => {
    const reached = new Set(["README.md"]);
    for (const page of reached) {
      for (const link of links)
        if (link.page === page && !isWeb(link.target)) reached.add(goalOf(page, link.target)[0]);
    }
    const all = [...pages, ...globSync("docs/examples/*"), ...globSync("docs/guides/*")];
    expect([...new Set(all)].filter((file) => !reached.has(file))).toEqual([]);
  });
});

describe("[DO2] links of pages", () => {
  /** `/field` is a page, a piece's world, or a file; what several pages include stands by the including page. */
  const isThere = (file: string, target: string) => {
    const [path] = target.split(/[?#]/);
    if (!path || path === "/" || path === "/monitor/") return true;
    const from = path.startsWith("/") ? [join("web", path)] : [join(dirname(file), path), join("web", path)];
    const slug = relative("web", from[0]!);
    return from.some((place) => existsSync(place) || existsSync(`${place}.html`)) || existsSync(`pieces/${slug}.ts`);
  };

  it("lead to files and pages that there are", () => {
    const all = globSync("web/**/*.html", { exclude: (name) => name === "dist" }).flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/\b(?:href|src)="([^"]*)"/g)].map(([, target]) => ({
        file,
        target: target!,
      })),
    );
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter(({ file, target }) => !isWeb(target) && !isThere(file, target))).toEqual([]);
  });
});
