/** The sound of the bells: a few partials that fade, each faster than the one below. Silent until someone wants to listen. */

/** Frequency by that of the bell, loudness, seconds. */
const partials = [
  [0.5, 0.25, 1.6],
  [1, 0.5, 1.2],
  [2.01, 0.22, 0.7],
  [2.98, 0.1, 0.4],
] as const;
const loudness = 0.16;

export class Sound {
  #context: AudioContext | undefined;

  get isOn(): boolean {
    return this.#context?.state === "running";
  }

  /** To be called where someone pressed something: browsers allow no sound before. */
  async switch(isOn: boolean): Promise<void> {
    this.#context ??= new AudioContext();
    await (isOn ? this.#context.resume() : this.#context.suspend());
  }

  /** Rings `inMs` from now. */
  ring(frequency: number, inMs: number): void {
    const context = this.#context;
    if (!context || !this.isOn) return;
    const at = context.currentTime + Math.max(0, inMs) / 1000;
    for (const [part, level, seconds] of partials) {
      const voice = context.createOscillator();
      const gain = context.createGain();
      voice.frequency.value = frequency * part;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(level * loudness, at + 0.004);
      gain.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
      voice.connect(gain).connect(context.destination);
      voice.start(at);
      voice.stop(at + seconds);
    }
  }
}
