import { expect, it } from 'vitest';
import { drawnRows, gridShape } from './layout';

it.each([720, 1024, 1248, 1900, 3800])('keeps cells between 160 and 240 px and inside %i px', (width) => {
  const { columns, cellPx, gapPx } = gridShape(width);
  expect(cellPx).toBeGreaterThanOrEqual(160);
  expect(cellPx).toBeLessThanOrEqual(240);
  expect(columns * cellPx + (columns - 1) * gapPx).toBeLessThanOrEqual(width);
});

it('shows two cells side by side on a phone', () => {
  expect(gridShape(328)).toEqual({ columns: 2, cellPx: 158, gapPx: 12 });
});

it('keeps the row with the focus drawn, wherever the list is scrolled to', () => {
  const range = { startIndex: 20, endIndex: 22, overscan: 1, count: 100 };
  const around = [19, 20, 21, 22, 23];
  expect(drawnRows(range, undefined)).toEqual(around);
  expect(drawnRows(range, 21)).toEqual(around);
  expect(drawnRows(range, 2)).toEqual([2, ...around]);
  expect(drawnRows(range, 99)).toEqual([...around, 99]);
  expect(drawnRows(range, 100)).toEqual(around);
});
