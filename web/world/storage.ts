/**
 * What this browser remembers of oneself between visits: the name one gave as a guest, and how one looks. Goes on
 * without remembering where storage is not allowed.
 */

export type Look = { color?: string; face?: string };

const nameKey = "hereabouts-name";
const lookKey = "hereabouts-look";

export function storedName(): string {
  return read(nameKey) ?? "";
}

export function storeName(name: string): void {
  write(nameKey, name);
}

export function storedLook(): Look {
  try {
    const look: unknown = JSON.parse(read(lookKey) ?? "{}");
    if (typeof look !== "object" || look === null) return {};
    const { color, face } = look as Record<string, unknown>;
    return { ...(typeof color === "string" && { color }), ...(typeof face === "string" && { face }) };
  } catch {
    return {};
  }
}

export function storeLook(look: Look): void {
  write(lookKey, JSON.stringify(look));
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Private windows may forbid it: then it lasts as long as the page.
  }
}
