/** What the library knows of a track: what its file says (tags) and what was heard in it (sound). */

/** Formats that are decoded, told by content: an extension only makes a file worth opening. */
export const formats = ["mp3", "flac", "vorbis", "opus", "wav"] as const;
export type Format = (typeof formats)[number];

/** From the file's tags; the title is the file's name where there is none. `track` counts within its album. */
export type Tags = { title: string; artist: string; album: string; track: number | null };

/** What a track is like. Every number is finite; what cannot be told has confidence 0. */
export type Features = {
  /** Beats a minute, folded into the octaves that people tap in (60 to 190). */
  tempoBpm: number;
  /** 0 to 1: how far the tempo stands out from its rivals. */
  tempoConfidence: number;
  /** Pitch class of the tonic: 0 is C, 11 is B. */
  key: number;
  /** 1 is clearly major, -1 clearly minor. */
  majorness: number;
  /** 0 to 1: how clear the key is. */
  keyConfidence: number;
  /** 0 (still) to 1 (driving): how much happens and how dense it is, whatever the volume. */
  energy: number;
  /** Where the middle of the spectrum lies. */
  brightnessHz: number;
  /** 0 to 1: share of the power below 150 Hz. */
  bass: number;
  /** 0 (tones) to 1 (noise). */
  noisiness: number;
  /** Onsets a second. */
  onsetsPerS: number;
  /** Spread of the loudness over the track, in dB. */
  dynamicsDb: number;
  /** 0 (mono) to 1 (the sides differ entirely). */
  width: number;
};

/** What was measured in the decoded samples. */
export type Sound = {
  durationS: number;
  sampleRate: number;
  channels: number;
  /** Integrated loudness after ITU-R BS.1770, gated; -70 for silence. */
  loudnessLufs: number;
  /** Largest sample, in dB below full scale. */
  peakDbfs: number;
  /** Where sound above -60 dBFS begins and ends: what lies outside is silence to trim. */
  soundFromS: number;
  soundToS: number;
  /** From here on the track stays 10 dB below its loudness: a fade may begin here. */
  quietFromS: number;
  features: Features;
};

/** `id` is the beginning of the SHA-256 of the file's bytes, 16 hex digits: the same music has the same id anywhere. */
export type Track = { id: string; path: string; format: Format; tags: Tags; sound: Sound };

export const trackIdLength = 16;
