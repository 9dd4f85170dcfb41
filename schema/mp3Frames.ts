/** What a stream is counted in: MP3 frames of 1,152 samples at 44.1 kHz, 26.122 ms each. */

export const samplesPerFrame = 1152;
export const streamHz = 44_100;
export const frameMs = (samplesPerFrame / streamHz) * 1000;
