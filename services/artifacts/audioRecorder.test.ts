/** [SE2] What is recorded of an audio session is what its listeners get, and the recording itself changes nothing for anyone. */
import { describe, expect, it } from "vitest";
import { createRig, keepingSink } from "../sessions/testing/rig.ts";
import { numbersOf } from "../sessions/testing/streams.ts";
import type { Recording } from "./artifacts.ts";
import { recordAudio } from "./audioRecorder.ts";

const maker = { countsFor: "someone" };

class Kept implements Recording {
  readonly path = "recordings/audio.mp3";
  readonly parts: Uint8Array[] = [];
  readonly session: string;
  isFull = false;
  isEnded = false;

  constructor(session: string) {
    this.session = session;
  }

  write(chunk: Uint8Array): void {
    this.parts.push(chunk);
  }

  async end(): Promise<void> {
    this.isEnded = true;
  }

  get frames(): number[] {
    return numbersOf(Buffer.concat(this.parts));
  }
}

function createRecorded() {
  const rig = createRig();
  const kept: Kept[] = [];
  const folder = (session: string) => ({
    record() {
      kept.push(new Kept(session));
      return kept.at(-1)!;
    },
  });
  recordAudio({ bus: rig.bus, artifacts: { folder: folder as never }, onError: (error) => rig.errors.push(error) });
  const listen = (name: string) => {
    const sink = { ...keepingSink(), parts: [] as Uint8Array[] };
    sink.write = (chunk: Uint8Array) => {
      sink.parts.push(chunk);
      return true;
    };
    const leave = rig.sessions.listen(rig.sessions.resolve(name), { sink, icy: false });
    return { leave, heard: () => numbersOf(Buffer.concat(sink.parts)) };
  };
  return { ...rig, kept, listen };
}

describe("[SE2] an audio session's recording", () => {
  it("has the very frames of its first listener, until nobody hears any more", async () => {
    const { errors, kept, listen, sessions } = createRecorded();
    const { session } = await sessions.create("mine", maker);
    expect(kept).toEqual([]);
    const first = listen("mine");
    expect(sessions.attached).toBe(1);
    expect(session.heardBy().listeners).toBe(1);
    const second = listen("mine");
    first.leave();
    expect(kept.map(({ isEnded }) => isEnded)).toEqual([false]);
    second.leave();
    expect(kept.map(({ isEnded }) => isEnded)).toEqual([true]);
    expect(kept[0]!.frames).toEqual(first.heard());
    expect(kept[0]!.frames.length).toBeGreaterThan(100);
    expect(session.isAttended).toBe(false);
    listen("mine").leave();
    expect(kept.length).toBe(2);
    expect(errors).toEqual([]);
  });

  it("is that of the session that sounds, also where only a follower is heard", async () => {
    const { kept, listen, sessions } = createRecorded();
    const { session } = await sessions.create("mine", maker);
    await sessions.follow("mine", "theirs", maker);
    const follower = listen("theirs");
    const direct = listen("mine");
    follower.leave();
    expect(kept.map(({ session: id, isEnded }) => [id, isEnded])).toEqual([[session.id, false]]);
    direct.leave();
    expect(kept[0]!.isEnded).toBe(true);
  });

  it("ends with the session, and is nothing for those who only watch", async () => {
    const { kept, listen, sessions } = createRecorded();
    const { session } = await sessions.create("mine", maker);
    sessions.attach(session, { as: "events" })();
    expect(kept).toEqual([]);
    const { leave } = listen("mine");
    sessions.remove(session, "deleted");
    leave();
    expect(kept.map(({ isEnded }) => isEnded)).toEqual([true]);
  });
});
