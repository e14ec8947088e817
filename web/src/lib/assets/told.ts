// What is said of changes of assets once they have ended, and the way back that stands beside it.
import { ended, isOver, undoChanges } from '$lib/api/assetChanges';
import type { AssetChange } from '$lib/api/types';
import { words } from '$lib/words/changes';
import { toasts } from '$ui/toasts.svelte';
import { isLarge } from './undo';

type Order = {
  projectId: string;
  /** The assets were named: such a deletion is always taken back from the message. */
  byIds: boolean;
  /** Whoever looks ordered it. */
  isMine: boolean;
  /** Has the page show what is true now. */
  refresh: () => Promise<void>;
};

/** Tells once how what this tab ordered together ended: at once, or when the last of it does. */
export async function follow(order: Order, changes: AssetChange[]) {
  if (changes.every(isOver)) return tell(order, changes);
  try {
    tell(order, await ended(order.projectId, changes));
  } catch (error) {
    toasts.failed(error);
  }
  await order.refresh();
}

/** Tells how changes of one kind ended. A large deletion by a filter is taken back by the line above the list. */
export function tell(order: Order, changes: AssetChange[]) {
  const [first] = changes;
  if (!first) return;
  const changed = changes.reduce((sum, { assetsDone }) => sum + assetsDone, 0);
  const failed = changes.find(({ state }) => state === 'failed');
  if (failed) toasts.failed(new Error(failed.error?.message), words.failed);
  if (failed && changed === 0) return;
  const isStopped = changes.some(({ state }) => state === 'cancelled');
  const hasUndo = first.kind === 'delete' && order.isMine && (order.byIds || !isLarge(changed));
  const deletions = changes.filter(({ assetsDone }) => assetsDone > 0).map(({ _id }) => _id);
  toasts.done(
    isStopped ? words.stopped(changed) : words.done[first.kind](changed),
    hasUndo && changed > 0 ? { label: words.undo, run: () => void takeBack(order, deletions) } : undefined,
  );
}

/** Takes back what these deletions deleted. */
export async function takeBack(order: Order, deletions: string[]) {
  const { ordered, failure } = await undoChanges(order.projectId, deletions);
  void follow(order, ordered);
  if (failure) toasts.failed(failure);
  await order.refresh();
}
