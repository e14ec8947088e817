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
  const done = share(seen);
  if (done === null || done < ESTIMATE_FROM || seen.rowsRead === 0) return null;
  const rows = seen.rowsRead / done;
  // Two digits are all that the estimate knows.
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(rows)) - 1);
  return Math.max(seen.rowsRead, Math.round(rows / unit) * unit);
}
