/** The thread that decodes, mixes and encodes: one job, one answer, in turn. */
import { parentPort } from "node:worker_threads";
import { HereaboutsError } from "../../../schema/errors.ts";
import { buffersOf, type Track } from "../mp3/track.ts";
import type { Answer } from "../pool.ts";
import { type Clip, type FadeJob, makeFade } from "./fade.ts";
import { type PrepareJob, prepare } from "./prepare.ts";
import { type TranscodeJob, transcode } from "./transcode.ts";

export type Job =
  | ({ kind: "fade" } & FadeJob)
  | ({ kind: "transcode" } & TranscodeJob)
  | ({ kind: "prepare" } & PrepareJob);
/** A whole track is a clip with nothing before or after it. */
export type Result = Clip;

if (parentPort) serve(parentPort);

function serve(port: NonNullable<typeof parentPort>): void {
  // The decoder writes a line for each frame it cannot read, without end for some files.
  console.error = () => {};
  port.on("message", async (job: Job) => {
    const reply = await answer(job);
    port.postMessage(reply, reply.ok ? buffersOf(reply.result.track) : []);
  });
}

async function answer(job: Job): Promise<Answer<Result>> {
  try {
    return { ok: true, result: await work(job) };
  } catch (error) {
    if (error instanceof HereaboutsError) return { ok: false, code: error.code, details: error.details };
    return { ok: false, code: "AUDIO_FAILED", details: error instanceof Error ? error.message : String(error) };
  }
}

async function work(job: Job): Promise<Result> {
  switch (job.kind) {
    case "fade":
      return makeFade(job);
    case "transcode":
      return whole(await transcode(job));
    case "prepare":
      return whole(await prepare(job));
  }
}

const whole = (track: Track): Clip => ({ track, lead: 0, tail: 0 });
