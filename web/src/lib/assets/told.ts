// What is said of changes of assets once they have ended, and the way back that stands beside it.
import { ended, isOver, undoChanges } from '$lib/api/assetChanges';
import type { AssetChange } from '$lib/api/types';
import { words } from '$lib/words/changes';
import { toasts } from '$ui/toasts.svelte';
import { canBeUndone, isLarge } from './undo';

type Order = {
  projectId: string;
  /** The assets were named: such a change is always taken back from the message. */
  byIds: boolean;
  /** Whoever looks ordered it. */
  isMine: boolean;
  /** Has the page show what is true now. */
  refresh: () => Promise<void>;
};

/** The message that offers to take back the newest change. */
let offering: number | null = null;

/** Whether a message offers to take back a change. */
export const isOffered = () => toasts.list.some(({ id, action }) => id === offering && action);

/** What was offered before is the newest change no more. */
function offer(message: number | null) {
  if (offering !== null) toasts.withdraw(offering);
  offering = message;
}

/** Tells once how what this tab ordered together ended: at once, or when the last of it does. */
export async function follow(order: Order, changes: AssetChange[]) {
  if (changes.every(isOver)) return tell(order, changes);
  offer(null);
  try {
    tell(order, await ended(order.projectId, changes));
  } catch (error) {
    toasts.failed(error);
  }
  await order.refresh();
}

/** Tells how changes of one kind ended. A large one by a filter is taken back by the line above the list. */
export function tell(order: Order, changes: AssetChange[]) {
  const [first] = changes;
  if (!first) return;
  const changed = changes.reduce((sum, { assetsDone }) => sum + assetsDone, 0);
  const left = changes.reduce((sum, { assetsLeft = 0 }) => sum + assetsLeft, 0);
  const failed = changes.find(({ state }) => state === 'failed');
  if (failed) toasts.failed(new Error(failed.error?.message), words.failed);
  if (failed && changed === 0) return;
  const isStopped = changes.some(({ state }) => state === 'cancelled');
  const hasUndo = canBeUndone(first) && order.isMine && (order.byIds || !isLarge(changed));
  const toUndo = changes.filter(({ assetsDone }) => assetsDone > 0).map(({ _id }) => _id);
  const message = toasts.show({
    tone: isStopped ? 'info' : 'success',
    text: isStopped ? words.stopped(changed) : endOf(first, changed, left),
    action:
      hasUndo && changed > 0 ? { label: words.undo, run: () => void takeBack(order, toUndo) } : undefined,
  });
  if (order.isMine && changed > 0) offer(message);
}

function endOf({ kind, undoes }: AssetChange, changed: number, left: number): string {
  if (!undoes) return words.done[kind](changed);
  if (left === 0) return words.undone[kind](changed);
  return changed > 0 ? `${words.undone[kind](changed)} ${words.left(left)}` : words.left(left);
}

/** Takes back what these changes did. */
export async function takeBack(order: Order, changes: string[]) {
  const { ordered, failure } = await undoChanges(order.projectId, changes);
  void follow(order, ordered);
  if (failure) toasts.failed(failure);
  await order.refresh();
}
