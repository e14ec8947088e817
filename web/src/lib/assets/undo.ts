// Which changes can be taken back, and which of them by the line above the list: the last large one by a filter of whoever
// looks, for a while.
import { isOver } from '$lib/api/assetChanges';
import { IDS_AT_ONCE } from '$lib/api/assets';
import type { AssetChange } from '$lib/api/types';

/** How long the line stays. The hub remembers for longer what was deleted, and for a day what else was changed. */
const OFFERED_MS = 30 * 60_000;

/** So many that a message which leaves by itself is not enough. One order by ids never names so many. */
export const isLarge = (assets: number) => assets > IDS_AT_ONCE;

/** Whether Undo takes it back: whatever is no taking back itself. */
export const canBeUndone = ({ kind, undoes }: AssetChange) =>
  !undoes && (kind === 'delete' || kind === 'batches' || kind === 'priority');

/**
 * The newest of the changes that is so large, unless it was taken back; with one that was dismissed those before it are.
 * None while a change goes on.
 */
export function undoable(
  changes: AssetChange[],
  user: string,
  dismissed: ReadonlySet<string>,
  now: number,
): AssetChange | null {
  if (!changes.every(isOver)) return null;
  const undone = new Set(changes.map(({ undoes }) => undoes));
  const isOffered = (change: AssetChange) =>
    canBeUndone(change) &&
    change.createdBy === user &&
    isLarge(change.assetsDone) &&
    !undone.has(change._id) &&
    now - Date.parse(change.finishedAt ?? '') < OFFERED_MS;
  const latest = changes.find((change) => dismissed.has(change._id) || isOffered(change));
  return latest && !dismissed.has(latest._id) ? latest : null;
}
