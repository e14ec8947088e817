// How long somebody worked: time passes only between signs of life that follow each other closely.
const IDLE_MS = 60_000;

export class Stopwatch {
  #nowMs: () => number;
  #lastMs: number;
  #workedMs = 0;

  constructor(nowMs: () => number, workedMs = 0) {
    this.#nowMs = nowMs;
    this.#lastMs = nowMs();
    this.#workedMs = workedMs;
  }

  /** A sign of life: a pointer, a key. A longer pause before it counts as its first minute only. */
  tick() {
    const now = this.#nowMs();
    this.#workedMs += Math.max(0, Math.min(now - this.#lastMs, IDLE_MS));
    this.#lastMs = now;
  }

  /** What was worked since the last time that something was taken off. */
  get workedMs(): number {
    return Math.round(this.#workedMs);
  }

  /** Takes off what the hub has counted. */
  takeOff(countedMs: number) {
    this.#workedMs = Math.max(0, this.#workedMs - countedMs);
  }
}
