/** What a decoder is: the codecs' packages and our own WAV reader alike. */
export type Decoded = { channelData: Float32Array[]; samplesDecoded: number; sampleRate: number };

/** What the packages and our own have in common. */
export interface Decoder {
  ready?: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Promise<Decoded>;
  free(): void;
}
