// A spatial index that takes edits: a grid of cells over the picture, and a list for what is too large for them.
import { overlap, type Bounds, type Size } from '../geometry/point';

/** Cells along the longer side. */
const CELLS = 64;
/** What covers more cells than this is looked at in every question instead. */
const CELLS_MOST = 64;

type Place = { bounds: Bounds; cells: readonly number[] | null };

export class Grid {
  #cellPx: number;
  #across: number;
  #down: number;
  #cells: Set<number>[];
  #large = new Set<number>();
  #places = new Map<number, Place>();

  constructor(size: Size) {
    this.#cellPx = Math.max(1, Math.max(size.width, size.height) / CELLS);
    this.#across = Math.max(1, Math.ceil(size.width / this.#cellPx));
    this.#down = Math.max(1, Math.ceil(size.height / this.#cellPx));
    this.#cells = Array.from({ length: this.#across * this.#down }, () => new Set());
  }

  set(key: number, bounds: Bounds): void {
    this.delete(key);
    const cells = this.#cellsOf(bounds, CELLS_MOST);
    if (cells) for (const cell of cells) this.#cells[cell]?.add(key);
    else this.#large.add(key);
    this.#places.set(key, { bounds, cells });
  }

  delete(key: number): void {
    const place = this.#places.get(key);
    if (!place) return;
    if (place.cells) for (const cell of place.cells) this.#cells[cell]?.delete(key);
    else this.#large.delete(key);
    this.#places.delete(key);
  }

  bounds(key: number): Bounds | undefined {
    return this.#places.get(key)?.bounds;
  }

  /** The keys of everything whose bounds meet these, in no order. */
  query(bounds: Bounds): number[] {
    const cells = this.#cellsOf(bounds, this.#cells.length - 1);
    if (!cells) return this.#filtered(this.#places.keys(), bounds);
    const found = new Set<number>();
    for (const cell of cells) for (const key of this.#cells[cell] ?? []) found.add(key);
    for (const key of this.#large) found.add(key);
    return this.#filtered(found, bounds);
  }

  #filtered(keys: Iterable<number>, bounds: Bounds): number[] {
    const found: number[] = [];
    for (const key of keys) {
      const place = this.#places.get(key);
      if (place && overlap(place.bounds, bounds)) found.push(key);
    }
    return found;
  }

  /** The cells that bounds cover, or null when they are more than `most`. What lies outside counts to the rim. */
  #cellsOf({ minX, minY, maxX, maxY }: Bounds, most: number): number[] | null {
    const cell = (value: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor(value / this.#cellPx)));
    const [left, right] = [cell(minX, this.#across), cell(maxX, this.#across)];
    const [top, bottom] = [cell(minY, this.#down), cell(maxY, this.#down)];
    if ((right - left + 1) * (bottom - top + 1) > most) return null;
    const cells: number[] = [];
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) cells.push(y * this.#across + x);
    }
    return cells;
  }
}
