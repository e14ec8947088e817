// How fast something goes and when it will be done, from what is seen of it now and then.
const FORGET_MS = 4_000;
/** So long, and so much longer than before, nobody could look: what was seen until then says nothing of now. */
const SILENT_MS = 5_000;
const SILENT_TIMES = 3;

export class Rate {
  #last: { value: number; atMs: number } | null = null;
  #perMs = 0;
  /** How long after one another it was looked at last. */
  #gapMs = 0;

  /**
   * Takes in how far it is at a moment. Recent progress weighs more: a pause shows within seconds, and one in
   * which nothing was seen counts for nothing.
   */
  see(value: number, atMs: number) {
    const last = this.#last;
    this.#last = { value, atMs };
    const passed = last ? atMs - last.atMs : 0;
    const isSilence = passed > Math.max(SILENT_MS, SILENT_TIMES * this.#gapMs);
    this.#gapMs = passed;
    if (!last || passed <= 0 || value < last.value || isSilence) {
      this.#perMs = 0;
      return;
    }
    const now = (value - last.value) / passed;
    const weight = this.#perMs === 0 ? 1 : 1 - Math.exp(-passed / FORGET_MS);
    this.#perMs += (now - this.#perMs) * weight;
  }

  get perSecond(): number {
    return this.#perMs * 1000;
  }

  /** Seconds until `total` is reached, or null while that cannot be told. */
  secondsLeft(total: number): number | null {
    if (!this.#last || this.#perMs <= 0) return null;
    return Math.max(0, (total - this.#last.value) / this.#perMs / 1000);
  }
}
