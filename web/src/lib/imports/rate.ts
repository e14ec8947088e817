// How fast something goes and when it will be done, from what is seen of it now and then.
const FORGET_MS = 4_000;

export class Rate {
  #last: { value: number; atMs: number } | null = null;
  #perMs = 0;

  /** Takes in how far it is at a moment. Recent progress weighs more: a pause shows within seconds. */
  see(value: number, atMs: number) {
    const last = this.#last;
    this.#last = { value, atMs };
    if (!last || atMs <= last.atMs || value < last.value) {
      this.#perMs = 0;
      return;
    }
    const passed = atMs - last.atMs;
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
