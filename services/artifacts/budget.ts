/** Bytes that something may have: taken before they are written, so that two at once cannot pass it. */

export class Budget {
  readonly #most: () => number;
  #whole: Budget | undefined;
  #used = 0;

  /** What is taken is taken of `whole` too, if it is a part of one. */
  constructor(most: () => number, whole?: Budget) {
    this.#most = most;
    this.#whole = whole;
  }

  get used(): number {
    return this.#used;
  }

  has(bytes: number): boolean {
    return this.#used + bytes <= this.#most() && (this.#whole?.has(bytes) ?? true);
  }

  take(bytes: number): boolean {
    if (!this.has(bytes)) return false;
    this.#used += bytes;
    this.#whole?.take(bytes);
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
    this.#whole?.giveBack(bytes);
  }

  /** Its whole has no part in it any more. */
  leave(): void {
    this.#whole?.giveBack(this.#used);
    this.#whole = undefined;
  }
}
