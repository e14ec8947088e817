// How far an import is, in the terms of people: a share of the whole, and about how many rows there will be.
import type { Import } from '$lib/api/types';

type Seen = Pick<Import, 'state' | 'bytesRead' | 'bytesTotal' | 'rowsRead'> &
  Partial<Pick<Import, 'isListing' | 'rowsListed'>>;

/** Below this share an estimate of all rows would jump about. */
const ESTIMATE_FROM = 0.01;

/** From 0 to 1, or null while it cannot be told. */
export function share({ state, bytesRead, bytesTotal, isListing }: Seen): number | null {
  if (state === 'completed') return 1;
  if (isListing) return null;
  if (!bytesTotal || state === 'queued' || state === 'receiving') return null;
  return Math.min(1, bytesRead / bytesTotal);
}

/** About how many rows the list holds, judged by the bytes that the ones so far took. */
export function estimatedRows(seen: Seen): number | null {
  if (seen.state === 'completed') return seen.rowsRead;
  // What the hub listed itself, it has counted.
  if (seen.rowsListed && !seen.isListing) return seen.rowsListed;
  return estimate(seen.rowsRead, share(seen));
}

/** About how many there are, where so many are that part of them. */
export function estimate(done: number, part: number | null): number | null {
  if (part === null || part < ESTIMATE_FROM || done === 0) return null;
  const all = done / part;
  // Two digits are all that the estimate knows.
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(all)) - 1);
  return Math.max(done, Math.round(all / unit) * unit);
}
