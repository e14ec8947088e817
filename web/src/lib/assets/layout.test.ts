import { expect, it } from 'vitest';
import { gridShape } from './layout';

it.each([720, 1024, 1248, 1900, 3800])('keeps cells between 160 and 240 px and inside %i px', (width) => {
  const { columns, cellPx, gapPx } = gridShape(width);
  expect(cellPx).toBeGreaterThanOrEqual(160);
  expect(cellPx).toBeLessThanOrEqual(240);
  expect(columns * cellPx + (columns - 1) * gapPx).toBeLessThanOrEqual(width);
});

it('shows two cells side by side on a phone', () => {
  expect(gridShape(328)).toEqual({ columns: 2, cellPx: 158, gapPx: 12 });
});
