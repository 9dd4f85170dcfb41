/** Slugs name worlds, chats and audio sessions. Case-folded before use, so that no two rooms differ by case only. */
import { HereaboutsError } from "./errors.ts";

const pattern = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const taken = new Set(["create", "follow", "info", "list"]);

export function isSlug(slug: string): boolean {
  return pattern.test(slug.toLowerCase()) && !taken.has(slug.toLowerCase());
}

/** The slug in its one spelling. Throws BAD_SLUG. */
export function parseSlug(value: unknown): string {
  const slug = typeof value === "string" ? value.toLowerCase() : "";
  if (!isSlug(slug)) {
    throw new HereaboutsError("BAD_SLUG", typeof value === "string" ? `Got "${value.slice(0, 80)}".` : "");
  }
  return slug;
}
