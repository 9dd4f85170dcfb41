/**
 * The page of audio sessions: tunes to the one that the address names, else to that of the last visit, else to the master.
 * `?journey=LINK` opens a session of one's own where someone else's journey was.
 */
import { type AudioPlayer, connect, type Hereabouts } from "hereabouts/client";
import { Print } from "../gallery/print.ts";
import { find } from "../shared/dom.ts";
import { codeOf, noticeOf } from "../shared/notice.ts";
import { applyPalette, currentScheme, onSchemeChange, paletteOf } from "../shared/palette.ts";
import { storedName } from "../shared/storage.ts";
import { showNotice } from "../shared/toasts.ts";
import { initJourney } from "./journey.ts";
import { initNow } from "./now.ts";
import { initSessions, sessionOfAddress } from "./sessions.ts";
import { initWays } from "./ways.ts";

declare global {
  interface Window {
    /** For tests and the curious. */
    radio?: { here: Hereabouts; audio: AudioPlayer };
  }
}

const piece = "radio";
const fail = (error: unknown) => showNotice(noticeOf(error));

async function start(): Promise<void> {
  const here = await connect(location.origin, { name: storedName() || undefined });
  const audio = await tuneIn(here);
  initNow(audio, fail);
  initWays(audio, fail);
  initJourney(audio, fail);
  initSessions(audio, fail);
  audio.on("ended", ({ reason }) => {
    const message = reason === "target_gone" ? "The session you followed has ended." : "This session has ended.";
    const remedy = "The radio goes on.";
    showNotice({ message, remedy }, { label: "Listen to the radio", run: () => void audio.play().catch(fail) });
  });
  window.radio = { here, audio };
}

async function tuneIn(here: Hereabouts): Promise<AudioPlayer> {
  const link = new URLSearchParams(location.search).get("journey");
  if (link !== null) {
    const audio = await here.audio();
    await audio.create(`journey ${crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)}`, { link }).catch(fail);
    return audio;
  }
  try {
    return await here.audio(sessionOfAddress());
  } catch (error) {
    if (codeOf(error) !== "SESSION_NOT_FOUND") throw error;
    fail(error);
    return here.audio("master");
  }
}

const tint = () => applyPalette(paletteOf(piece, currentScheme()));
tint();
onSchemeChange(tint);
new Print(find("print", HTMLCanvasElement), piece);
start().catch((error: unknown) => {
  showNotice(noticeOf(error), { label: "Try again", run: () => location.reload() });
});
