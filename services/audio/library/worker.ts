/** The thread that reads music: hashes a file, or decodes and measures it. One job at a time; tells that it is alive. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { parentPort } from "node:worker_threads";
import { HereaboutsError } from "../../../schema/errors.ts";
import type { Answer, Reply } from "../pool.ts";
import { Analyser } from "./analyse.ts";
import { decodeFile } from "./decode.ts";
import type { Analysis, Job, Result } from "./jobs.ts";
import { readTags } from "./tags.ts";
import type { Format } from "./track.ts";

const shortestS = 1;

// decoders print every broken frame they meet; what matters of it is in the answer
console.error = () => {};

parentPort?.on("message", async (job: Job) => {
  let toldAt = performance.now();
  const alive = () => {
    if (performance.now() - toldAt < 500) return;
    toldAt = performance.now();
    parentPort!.postMessage("alive" satisfies Reply<Result>);
  };
  parentPort!.postMessage(await answerTo(job, alive));
});

async function answerTo(job: Job, alive: () => void): Promise<Answer<Result>> {
  try {
    const { kind, path } = job;
    return { ok: true, result: kind === "hash" ? { hash: await hashOf(path, alive) } : await analyse(path, alive) };
  } catch (error) {
    if (error instanceof HereaboutsError) return { ok: false, code: error.code, details: error.details };
    return { ok: false, code: "AUDIO_FAILED", details: error instanceof Error ? error.message : String(error) };
  }
}

async function hashOf(path: string, alive: () => void): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path, { highWaterMark: 1_048_576 })) {
    hash.update(bytes);
    alive();
  }
  return hash.digest("hex");
}

async function analyse(path: string, alive: () => void): Promise<{ analysis: Analysis }> {
  let analyser: Analyser | undefined;
  let [rate, heard]: [number, Format] = [0, "mp3"];
  await decodeFile(path, ({ channelData, samplesDecoded, sampleRate }, format) => {
    alive();
    if (samplesDecoded === 0 || !channelData[0]) return;
    if (sampleRate < 8000 || sampleRate > 192_000) throw new HereaboutsError("BAD_AUDIO", `${sampleRate} Hz.`);
    if (analyser && sampleRate !== rate) throw new HereaboutsError("BAD_AUDIO", "Its sample rate changes within.");
    [rate, heard] = [sampleRate, format];
    analyser ??= new Analyser(sampleRate, channelData.length);
    analyser.push(channelData);
  });
  if (!analyser || analyser.durationS < shortestS) {
    throw new HereaboutsError("BAD_AUDIO", "It holds less than a second of sound.");
  }
  return { analysis: { format: heard, tags: await readTags(path, heard), sound: analyser.finish() } };
}
