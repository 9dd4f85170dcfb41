/** Whether all who were told something about a place were told the same: the first says what it is. Remembers the last ones. */
export class Agreement {
  /** Times that someone was told something else than the first one. */
  differences = 0;
  readonly #told = new Map<string, Map<number, number | string>>();
  readonly #most: number;

  /** `most`: how many places of each kind are remembered. */
  constructor(most: number) {
    this.#most = most;
  }

  tell(kind: string, place: number, what: number | string): void {
    const places = this.#told.get(kind) ?? new Map<number, number | string>();
    this.#told.set(kind, places);
    const first = places.get(place);
    if (first !== undefined) {
      if (first !== what) this.differences++;
      return;
    }
    places.set(place, what);
    if (places.size > this.#most) places.delete(places.keys().next().value!);
  }
}
