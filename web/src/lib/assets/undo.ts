// Which deletion can be taken back by the line above the list: the last large one by a filter of whoever looks, for a while.
import { isOver } from '$lib/api/assetChanges';
import { IDS_AT_ONCE } from '$lib/api/assets';
import type { AssetChange } from '$lib/api/types';

/** How long the line stays. Later, the filter State: Deleted leads to what was deleted. */
const OFFERED_MS = 30 * 60_000;

/** So many that a message which leaves by itself is not enough. One order by ids never names so many. */
export const isLarge = (assets: number) => assets > IDS_AT_ONCE;

/** The newest of the changes that is such a deletion, unless it was taken back or dismissed. */
export function undoable(
  changes: AssetChange[],
  user: string,
  dismissed: ReadonlySet<string>,
  now: number,
): AssetChange | null {
  const undone = new Set(changes.map(({ undoes }) => undoes));
  const isOffered = (change: AssetChange) =>
    change.kind === 'delete' &&
    isOver(change) &&
    change.createdBy === user &&
    isLarge(change.assetsDone) &&
    !undone.has(change._id) &&
    !dismissed.has(change._id) &&
    now - Date.parse(change.finishedAt ?? '') < OFFERED_MS;
  return changes.find(isOffered) ?? null;
}
