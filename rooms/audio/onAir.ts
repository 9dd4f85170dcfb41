/** Brings the state of an audio room up to what its session plays. Only what changed is written, so only that is sent. */
import { type AudioState, JourneyStepState, type TrackInfo, TrackState } from "../../schema/audio.ts";
import type { JourneyView, OnAir } from "../../services/audio/stream/stream.ts";

const nothing: TrackInfo = { id: "", title: "", artist: "", album: "", durationMs: 0 };

export function showOnAir(state: AudioState, { track, trackFrame, next, nextFrame, direction }: OnAir): void {
  if (state.track.id !== track.id) Object.assign(state.track, track);
  if (state.next.id !== (next?.id ?? "")) Object.assign(state.next, next ?? nothing);
  state.frame = trackFrame;
  state.nextFrame = nextFrame ?? 0;
  state.direction = direction;
}

export function showJourney(state: AudioState, { steps, at, link }: JourneyView): void {
  const { journey } = state;
  const isSame = (i: number) => {
    const [shown, step] = [journey[i], steps[i]];
    return shown && step && shown.track.id === step.track.id && shown.direction === step.direction;
  };
  let kept = 0;
  while (isSame(kept)) kept++;
  if (kept < journey.length) journey.splice(kept, journey.length - kept);
  for (const { track, direction, x, y } of steps.slice(kept)) {
    journey.push(new JourneyStepState({ track: new TrackState(track), direction, x, y }));
  }
  state.step = at;
  state.link = link;
}
