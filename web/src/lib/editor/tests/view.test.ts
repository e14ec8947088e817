import { describe, expect, it } from 'vitest';
import { areaOf, distanceTo } from '../geometry/kinds';
import { overlap, type Bounds, type Point } from '../geometry/point';
import { Pace } from '../scene/pace';
import { uncovered } from '../scene/shapes';
import { Grid } from '../view/grid';
import { hitObject, smallestAt } from '../view/hit';
import { View } from '../view/view';
import { polygon, seeded, Try } from './try';

const PICTURE = { width: 10_000, height: 8_000 };

function viewOf(ratio = 1): View {
  const view = new View(PICTURE, () => undefined);
  view.resize({ width: 1200, height: 800 }, ratio);
  return view;
}

describe('the view', () => {
  it('begins with the whole picture in the middle', () => {
    const view = viewOf();
    const [left, top] = view.toScreen([0, 0]);
    const [right, bottom] = view.toScreen([10_000, 8_000]);
    expect(left + right).toBeCloseTo(1200, -0.5);
    expect(top + bottom).toBeCloseTo(800, -0.5);
    expect(top).toBeGreaterThanOrEqual(23.5);
    expect(view.isFit).toBe(true);
  });

  it('zooms so that the place under the pointer stays there', () => {
    const random = seeded(1);
    const view = viewOf(2);
    for (let count = 0; count < 300; count++) {
      const at: Point = [400 + random() * 400, 250 + random() * 300];
      const before = view.toImage(at);
      view.zoomBy(0.7 + random() * 0.7, at);
      const after = view.toScreen(before);
      // Offsets lie on device pixels; what is kept in sight may push when the picture is very small.
      if (view.now.scale > 0.1) {
        expect(Math.abs(after[0] - at[0])).toBeLessThanOrEqual(0.2501);
        expect(Math.abs(after[1] - at[1])).toBeLessThanOrEqual(0.2501);
      }
    }
  });

  it('never zooms beyond its limits', () => {
    const view = viewOf();
    for (let count = 0; count < 100; count++) view.zoomIn();
    expect(view.now.scale).toBe(64);
    for (let count = 0; count < 200; count++) view.zoomOut();
    expect(view.now.scale).toBeGreaterThan(0.01);
    expect(view.now.scale).toBeLessThan(0.03);
  });

  it('keeps some of the picture in sight, however far it is dragged', () => {
    const view = viewOf();
    for (const by of [
      [1e6, 1e6],
      [-1e6, -1e6],
      [1e6, -1e6],
    ] as const) {
      view.panBy(by);
      const { minX, minY, maxX, maxY } = view.visible();
      expect(overlap({ minX, minY, maxX, maxY }, { minX: 0, minY: 0, maxX: 10_000, maxY: 8_000 })).toBe(true);
    }
  });

  it('does not jump when its window changes: the picture stays where it is on the page', () => {
    const view = viewOf();
    view.zoomTo(0.5, [300, 300]);
    const before = view.now;
    view.resize({ width: 900, height: 800 }, 1);
    expect(view.now).toEqual(before);
    // A panel at the left folds away: the window's corner moves by 44 px, the picture does not.
    view.resize({ width: 944, height: 800 }, 1, [-44, 0]);
    expect(view.now).toEqual({ ...before, x: before.x + 44 });
  });

  it('waits for a window before it fits', () => {
    const view = new View(PICTURE, () => undefined);
    view.resize({ width: 0, height: 0 }, 1);
    view.panBy([5, 5]);
    view.resize({ width: 1200, height: 800 }, 1);
    expect(view.isFit).toBe(true);
  });

  it('reveals a place by panning as little as needed', () => {
    const view = viewOf();
    view.zoomTo(1, [0, 0]);
    view.reveal([9_000, 7_000]);
    const [x, y] = view.toScreen([9_000, 7_000]);
    expect([x, y]).toEqual([1160, 760]);
    const before = view.now;
    view.reveal([8_900, 6_900]);
    expect(view.now).toEqual(before);
  });
});

/** Any bounds, some outside of the picture, some covering most of it. */
function anyBounds(random: () => number): Bounds {
  const large = random() < 0.05;
  const [x, y] = [random() * 11_000 - 500, random() * 9_000 - 500];
  const size = large ? 9_000 : 300;
  return { minX: x, minY: y, maxX: x + random() * size, maxY: y + random() * size };
}

describe('the index', () => {
  it('finds what looking at everything finds, through any edits', () => {
    const random = seeded(11);
    const grid = new Grid(PICTURE);
    const all = new Map<number, Bounds>();
    for (let count = 0; count < 3_000; count++) {
      const key = Math.floor(random() * 700);
      if (random() < 0.3) {
        grid.delete(key);
        all.delete(key);
      } else {
        const bounds = anyBounds(random);
        grid.set(key, bounds);
        all.set(key, bounds);
      }
      if (count % 10 > 0) continue;
      const asked = anyBounds(random);
      const expected = [...all].filter(([, bounds]) => overlap(bounds, asked)).map(([one]) => one);
      expect(grid.query(asked).sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
    }
  });

  it('finds under the pointer what looking at every object finds', () => {
    const random = seeded(12);
    const tools = Array.from({ length: 300 }, (_, index) => {
      const [x, y] = [random() * 900, random() * 700];
      const points = Array.from({ length: 12 }, (): Point => [x + random() * 100, y + random() * 100]);
      return polygon(`p${index}`, points);
    });
    const { core } = new Try({ tools });
    const everything = core.document.objects.map(({ key }) => key);
    let hits = 0;
    for (let count = 0; count < 500; count++) {
      const at: Point = [random() * 1000, random() * 800];
      const found = hitObject(core.document, core.grid, at, 4, core.isShown);
      expect(found).toBe(smallestAt(core.document, everything, at, 4));
      const under = core.document.objects.flatMap(({ shape }) =>
        shape && distanceTo(shape, at) <= 4 ? [shape] : [],
      );
      const shape = found === null ? null : core.document.find(found)?.shape;
      expect(shape ? areaOf(shape) : Infinity).toBe(Math.min(Infinity, ...under.map(areaOf)));
      if (found !== null) hits++;
    }
    expect(hits).toBeGreaterThan(100);
  });
});

describe('distance to a shape', () => {
  it('is nothing inside, by the even-odd rule, and that to the nearest line outside', () => {
    const bow = {
      kind: 'polygon',
      points: [
        [0, 0],
        [10, 10],
        [10, 0],
        [0, 10],
      ],
    } as const;
    expect(distanceTo(bow, [8, 5])).toBe(0);
    expect(distanceTo(bow, [5, 1])).toBeGreaterThan(2);
    const line = {
      kind: 'polyline',
      points: [
        [0, 0],
        [10, 0],
      ],
    } as const;
    expect(distanceTo(line, [5, 3])).toBe(3);
    expect(distanceTo(line, [13, 4])).toBe(5);
    expect(distanceTo({ kind: 'point', at: [1, 1] }, [4, 5])).toBe(5);
  });
});

describe('painting', () => {
  it('after a pan is only needed where nothing was: the strips cover just that', () => {
    const random = seeded(21);
    for (let count = 0; count < 200; count++) {
      const [dx, dy] = [Math.floor(random() * 60) - 30, Math.floor(random() * 60) - 30];
      const painted = new Set<number>();
      for (const { x, y, width, height } of uncovered({ width: 20, height: 15 }, dx, dy)) {
        for (let row = y; row < y + height; row++) {
          for (let column = x; column < x + width; column++) {
            expect(painted.has(row * 20 + column)).toBe(false);
            painted.add(row * 20 + column);
          }
        }
      }
      for (let row = 0; row < 15; row++) {
        for (let column = 0; column < 20; column++) {
          const isOld = column - dx >= 0 && column - dx < 20 && row - dy >= 0 && row - dy < 15;
          expect(painted.has(row * 20 + column)).toBe(!isOld);
        }
      }
    }
  });

  it('does less in a frame when frames come late, more when they come in time', () => {
    const pace = new Pace();
    const first = pace.budget;
    const frame = (nowMs: number) => {
      pace.tick(nowMs);
      pace.isUsedUp = true;
    };
    for (let nowMs = 0; nowMs < 50; nowMs += 16.7) frame(nowMs);
    expect(pace.budget).toBeGreaterThan(first);
    for (let nowMs = 100; nowMs < 2_000; nowMs += 50) frame(nowMs);
    expect(pace.budget).toBe(8_000);
    // A pause says nothing, nor does a frame in which there was little to paint.
    pace.rest();
    frame(90_000);
    pace.isUsedUp = false;
    pace.tick(90_010);
    expect(pace.budget).toBe(8_000);
  });
});
