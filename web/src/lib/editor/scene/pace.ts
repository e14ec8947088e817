// How much to paint in one frame: more while frames come in time, less when they come late.
const SMOOTH_MS = 18;
const LATE_MS = 24;
const FIRST = 12_000;
/** Some 200 polygons, 5 ms in software: where frames are late for other reasons, painting still gets done. */
const LEAST = 8_000;
/** Frames may look in time while what was asked of a graphics process piles up: so there is an end. */
const MOST = 60_000;

export class Pace {
  budget = FIRST;
  /** Whether the frame before painted all that it was allowed to: else it says nothing. */
  isUsedUp = false;
  #lastMs: number | null = null;

  /** To be told the time of every frame. */
  tick(nowMs: number): void {
    const took = this.#lastMs === null ? null : nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (took === null || !this.isUsedUp) return;
    this.isUsedUp = false;
    if (took < SMOOTH_MS) this.budget = Math.min(MOST, this.budget * 1.25);
    else if (took > LATE_MS) this.budget = Math.max(LEAST, this.budget * 0.6);
  }

  /** No frame follows this one: the next time says nothing about painting. */
  rest(): void {
    this.#lastMs = null;
    this.isUsedUp = false;
  }
}
