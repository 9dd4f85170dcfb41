/** What a file says of itself: title, artist, album and number. A file without tags is called by its name. */
import { openAsBlob } from "node:fs";
import { basename, extname } from "node:path";
import { parseBlob } from "music-metadata";
import type { Format, Tags } from "./track.ts";

/** The type decides how tags are read: an extension may lie. */
const mimeTypes: Record<Format, string> = {
  mp3: "audio/mpeg",
  flac: "audio/flac",
  vorbis: "audio/ogg",
  opus: "audio/ogg",
  wav: "audio/wav",
};

export async function readTags(path: string, format: Format): Promise<Tags> {
  const fallback = clean(basename(path, extname(path))) || "Untitled";
  try {
    const blob = await openAsBlob(path, { type: mimeTypes[format] });
    const { common } = await parseBlob(blob, { duration: false, skipCovers: true });
    return {
      title: clean(common.title) || fallback,
      artist: clean(common.artist),
      album: clean(common.album),
      track: common.track.no ?? null,
    };
  } catch {
    return { title: fallback, artist: "", album: "", track: null }; // what plays need not be described
  }
}

/** Text that may be shown on a line: no control characters, not endless. */
function clean(text: string | undefined): string {
  return (text ?? "")
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .slice(0, 200)
    .toWellFormed();
}
