import { expect, it } from 'vitest';
import { centred, fit, held, zoomAt } from './viewport';

const window = { width: 800, height: 600 };

it('fits the whole picture in the middle', () => {
  const viewport = fit(window, { width: 1600, height: 400 });
  expect(viewport.scale).toBeCloseTo(768 / 1600);
  expect(viewport.x).toBeCloseTo(16);
  expect(viewport.y).toBeCloseTo((600 - 400 * viewport.scale) / 2);
});

it('does not blow a tiny picture up', () => {
  expect(fit(window, { width: 8, height: 8 }).scale).toBe(3);
});

it('keeps the point under the pointer where it is', () => {
  const before = { scale: 1, x: 40, y: 20 };
  const after = zoomAt(before, 300, 200, 2);
  const pointOf = (v: typeof before) => [(300 - v.x) / v.scale, (200 - v.y) / v.scale];
  expect(pointOf(after)).toEqual(pointOf(before));
});

it('zooms no further than pixels mean anything', () => {
  expect(zoomAt({ scale: 30, x: 0, y: 0 }, 0, 0, 10).scale).toBe(32);
  expect(zoomAt({ scale: 0.03, x: 0, y: 0 }, 0, 0, 0.01).scale).toBe(0.02);
});

it('centres a picture that fits and holds the edges of one that does not', () => {
  const picture = { width: 1000, height: 100 };
  const moved = held({ scale: 1, x: 500, y: -300 }, window, picture);
  expect(moved).toEqual({ scale: 1, x: 16, y: 250 });
  expect(held({ scale: 1, x: -900, y: 0 }, window, picture).x).toBe(-216);
  expect(centred(window, picture, 1)).toEqual({ scale: 1, x: -100, y: 250 });
});
