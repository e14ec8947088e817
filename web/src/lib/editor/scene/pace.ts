// How much to paint in one frame: more while frames come in time, less when they come late.
const SMOOTH_MS = 18;
const LATE_MS = 24;
const FIRST = 12_000;
/** Some 200 polygons, 5 ms in software: where frames are late for other reasons, painting still gets done. */
const LEAST = 8_000;
const MOST = 200_000;

export class Pace {
  #budget = FIRST;
  #lastMs: number | null = null;

  /** To be told the time of every frame in which something was painted, and of the one after it. */
  tick(nowMs: number): void {
    const took = this.#lastMs === null ? null : nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (took === null) return;
    if (took < SMOOTH_MS) this.#budget = Math.min(MOST, this.#budget * 1.25);
    else if (took > LATE_MS) this.#budget = Math.max(LEAST, this.#budget * 0.6);
  }

  /** No frame follows this one: the next time says nothing about painting. */
  rest(): void {
    this.#lastMs = null;
  }

  budget(): number {
    return this.#budget;
  }
}
