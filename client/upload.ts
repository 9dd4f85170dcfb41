/** Sending what is to be kept with the session of a room: files, pictures, dumps. Tells only of what the server has stored. */
import type { KeptFile, StoredKind } from "../schema/artifacts.ts";
import { fetchJson } from "./errors.ts";

/** How a file is kept. */
export interface UploadOptions {
  /** What it is called, for people; a `File` has its own. */
  name?: string;
  /** `files` if left out. As `screenshots` pictures alone are kept. */
  kind?: StoredKind;
}

/** Keeps a file, and resolves when it is stored. A string is kept as text. */
export type Upload = (what: Blob | Uint8Array | string, options?: UploadOptions) => Promise<KeptFile>;

/** A little longer than the server waits. */
const wholeMs = 70_000;
/** Longer ones are of no use, and make the address too long. */
const nameChars = 200;

/** `room`: "world:field"; asked for at each file, as is the token. */
export function uploadTo(url: string, room: () => string, token: () => string): Upload {
  return (what, { name = nameOf(what), kind = "files" } = {}) => {
    const query = new URLSearchParams({ name: [...name].slice(0, nameChars).join("") });
    const headers = { authorization: `Bearer ${token()}`, "content-type": "application/octet-stream" };
    const address = `${url}/session/${room().replace(":", "/")}/${kind}?${query}`;
    return fetchJson<KeptFile>(address, { method: "POST", headers, body: what as BodyInit }, wholeMs);
  };
}

function nameOf(what: Blob | Uint8Array | string): string {
  return typeof what === "object" && "name" in what && typeof what.name === "string" ? what.name : "";
}
