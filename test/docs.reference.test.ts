/** docs/reference says what the entries export: all of it, with a docstring each, as `npm run docs` prints it. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { docOf } from "../docs/api/docstring.ts";
import { readReference, referencePages, undocumented, unexampled } from "../docs/api/reference.ts";

const reference = readReference();

describe("the reference", () => {
  it("[DO3] is what the docstrings say: `npm run docs` prints it anew", () => {
    const pages = referencePages(reference);
    expect(readdirSync("docs/reference").map((name) => `reference/${name}`)).toEqual(Object.keys(pages).sort());
    for (const [path, text] of Object.entries(pages)) expect(readFileSync(`docs/${path}`, "utf8"), path).toBe(text);
  });

  it("[DO3] has something to say of each export, and of each method", () => {
    expect(undocumented(reference)).toEqual([]);
  });

  it("[DO3] has an example of each function and class", () => {
    expect(unexampled(reference)).toEqual([]);
  });

  it("[DO3] has no `any` in its types, and no function whose type only the compiler knows", () => {
    const items = reference.flatMap((entry) => entry.items);
    const types = items.flatMap(({ signature, members }) => [signature, ...members.flatMap((member) => member.types)]);
    expect(types.filter((type) => /\bany\b/.test(type.replace(/"[^"]*"/g, "")))).toEqual([]);
    const signatures = items.flatMap(({ kind, signature, members }) => [
      ...(kind === "function" ? [signature] : []),
      ...members.filter((m) => m.kind === "method" && m.name !== "constructor").flatMap((m) => m.types),
    ]);
    expect(signatures.filter((signature) => !/\)\s*: /.test(signature))).toEqual([]);
  });

  it("[DO3] has each entry's own exports, and what their types name", () => {
    const namesOf = (page: string) => reference.find((entry) => entry.page === page)!.items.map(({ name }) => name);
    expect(namesOf("client")).toEqual(expect.arrayContaining(["connect", "World", "AudioPlayer", "Pose"]));
    expect(namesOf("react")).toEqual(expect.arrayContaining(["useWorld", "WorldResult"]));
    expect(namesOf("piece")).toEqual(expect.arrayContaining(["definePiece", "PieceWorld", "PieceRules"]));
    expect(namesOf("piece")).not.toContain("HereaboutsError"); // stands with the client
  });

  it("[DO3] shows types that code is the source of as what they come to", () => {
    const [client] = reference;
    const signatureOf = (name: string) => client!.items.find((item) => item.name === name)!.signature;
    expect(signatureOf("Attention")).toBe('type Attention = "focused" | "hidden" | "visible";');
    expect(client!.items.flatMap(({ signature }) => signature.match(/typeof |z\.infer/g) ?? [])).toEqual([]);
  });
});

describe("docstrings", () => {
  it("[DO3] are taken apart into what they say and their tags, wherever those stand", () => {
    const doc = docOf(`/**
   * Adds.
   *
   * @param a The first.
   * @example
   * \`\`\`ts
   * add(1, 2);
   * \`\`\`
   * @throws HereaboutsError TOO_LARGE, TOO_FAST.
   */`);
    expect(doc).toEqual({
      text: "Adds.",
      params: [{ name: "a", text: "The first." }],
      throws: ["TOO_LARGE, TOO_FAST."],
      examples: ["```ts\nadd(1, 2);\n```"],
    });
    expect(docOf("/** Ends. @throws CLOSED. */")).toMatchObject({ text: "Ends.", throws: ["CLOSED."] });
    expect(docOf("/** Mail to ada@example.org. */").text).toBe("Mail to ada@example.org.");
  });
});
