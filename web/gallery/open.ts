/**
 * The field that opens any world: turns what is typed into a slug and shows its land meanwhile.
 */
import { parseSlug } from "../../schema/slug.ts";
import { find } from "../shared/dom.ts";
import { Print } from "./print.ts";

const form = find("open", HTMLFormElement);
const input = find("slug", HTMLInputElement);
const note = find("slug-note", HTMLParagraphElement);
const rule = note.textContent ?? "";

/** The nearest slug to what was typed: blanks become dashes. */
function slugOf(text: string): string {
  return text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/\s+/g, "-");
}

export function initOpen(): void {
  const preview = new Print(find("preview", HTMLCanvasElement), input.placeholder);
  input.addEventListener("input", () => {
    const slug = slugOf(input.value);
    const problem = slug === "" ? undefined : problemOf(slug);
    note.textContent = problem ?? (slug === "" || slug === input.value ? rule : `opens /${slug}`);
    note.classList.toggle("wrong", problem !== undefined);
    if (!problem) preview.show(slug || input.placeholder);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const slug = slugOf(input.value) || input.placeholder;
    if (problemOf(slug)) input.focus();
    else location.assign(`/${slug}`);
  });
}

function problemOf(slug: string): string | undefined {
  try {
    parseSlug(slug);
    return undefined;
  } catch {
    return "Use a to z, 0 to 9, - and _, starting with a letter or digit; a few names are taken.";
  }
}
