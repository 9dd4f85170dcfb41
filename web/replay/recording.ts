/**
 * The recording that the page's address names: `#<folder>/recordings/<file>`. Throws a Failure that says what to do.
 */
import { type Capsule, readCapsule } from "../../schema/capsule.ts";
import type { Notice } from "../shared/notice.ts";

export class Failure extends Error {
  readonly notice: Notice;

  constructor(notice: Notice) {
    super(notice.message);
    this.notice = notice;
  }
}

/** `problem`: what is wrong with it although it can be replayed. */
export async function fetchRecording(hash: string): Promise<{ capsule: Capsule; problem: string | undefined }> {
  const [folder = "", ...path] = decode(hash.replace(/^#/, "")).split("/").filter(Boolean);
  if (!folder || path.length === 0) {
    throw new Failure({
      message: "This address names no recording.",
      remedy: "It ends in # and a session's folder and file: #world-field-20260131-0a1b2c3d/recordings/world.capsule",
    });
  }
  const address = [folder, "files", ...path].map(encodeURIComponent).join("/");
  const response = await fetch(`/ops/sessions/${address}`).catch(() => {
    throw new Failure({ message: "The server does not answer.", remedy: "Try again in a moment." });
  });
  if (!response.ok) throw new Failure(await refusalOf(response));
  const { capsule, problem } = await readCapsule(new Uint8Array(await response.arrayBuffer()));
  if (capsule) return { capsule, problem };
  throw new Failure({ message: problem, remedy: "Choose a file that ends in .capsule from the session's recordings." });
}

async function refusalOf(response: Response): Promise<Notice> {
  if (response.status === 404) {
    return {
      message: "There is no such recording.",
      remedy: "It may have been removed with its session's folder: see ARTIFACTS_DAYS and ARTIFACTS_MB.",
    };
  }
  const body = (await response.json().catch(() => ({}))) as Partial<Notice>;
  return { message: body.message ?? `The server answered with ${response.status}.`, remedy: body.remedy ?? "" };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
