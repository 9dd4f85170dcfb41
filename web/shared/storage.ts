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

/** `tab`: until the tab is closed, for it alone. */
export type Keeping = "browser" | "tab";

/** What was kept; null if nothing was, or where keeping is not allowed. */
export function read(key: string, keeping: Keeping = "browser"): string | null {
  try {
    return storageOf(keeping).getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string, keeping: Keeping = "browser"): void {
  try {
    storageOf(keeping).setItem(key, value);
  } catch {
    // Private windows may forbid it: then it lasts as long as the page.
  }
}

export function drop(key: string, keeping: Keeping = "browser"): void {
  try {
    storageOf(keeping).removeItem(key);
  } catch {
    // Nothing was kept, then.
  }
}

function storageOf(keeping: Keeping): Storage {
  return keeping === "tab" ? sessionStorage : localStorage;
}
