// The measures of the grid: as many square cells as fit, none under 160 px where the screen allows it, none over 240; and
// which rows of grid and table exist.
import { defaultRangeExtractor, type Range } from '@tanstack/svelte-virtual';

const LEAST_PX = 164;
const MOST_PX = 240;
const GAP_PX = 12;
/** Height of the name under a cell. */
export const NAME_PX = 28;
/** A phone shows two cells side by side, smaller than elsewhere. */
const LEAST_COLUMNS = 2;

/** Which rows are drawn: those in sight, a few around them, and the one with the focus, wherever that is. */
export function drawnRows(range: Range, focused: number | undefined): number[] {
  const rows = defaultRangeExtractor(range);
  const [first = 0] = rows;
  if (focused === undefined || focused >= range.count) return rows;
  if (focused < first) return [focused, ...rows];
  return focused > (rows.at(-1) ?? 0) ? [...rows, focused] : rows;
}

export type GridShape = { columns: number; cellPx: number; gapPx: number };

export function gridShape(widthPx: number): GridShape {
  const columns = Math.max(LEAST_COLUMNS, Math.floor((widthPx + GAP_PX) / (LEAST_PX + GAP_PX)));
  const cellPx = Math.min(MOST_PX, Math.floor((widthPx - GAP_PX * (columns - 1)) / columns));
  return { columns, cellPx: Math.max(1, cellPx), gapPx: GAP_PX };
}
