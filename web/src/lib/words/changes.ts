// What the interface says about changing many assets at once, and about batches.
import type { AssetChangeKind } from '$lib/api/types';
import { count, counted, duration } from '$lib/format/numbers';
import type { Pace } from '$lib/imports/pace';

/** Where nobody knows how many there are, all that match are meant. */
const assets = (n: number | undefined) =>
  n === undefined ? 'all assets that match' : counted(n, 'asset', 'assets');

export const words = {
  selectAll: (n: number) => `Select all ${count(n)} that match`,
  selectAllUncounted: 'Select all that match',
  /** All that match, but for some that were taken out again. */
  selectedBut: (n: number | undefined, except: number) =>
    `${n === undefined ? 'All that match' : count(n)} selected${except > 0 ? `, all that match but ${count(except)}` : ''}`,
  actions: {
    batches: 'Batches',
    priority: 'Priority',
    delete: 'Delete',
    restore: 'Restore',
    unknown: 'Another change',
  } satisfies Record<AssetChangeKind, string>,

  batchesTitle: (n: number | undefined) => `Batches of ${assets(n)}`,
  add: 'Put into',
  addHint: 'Beside the batches they are in. A new name makes a new batch.',
  remove: 'Take out of',
  apply: 'Apply',
  chooseBatch: 'Choose a batch to put the assets into, or to take them out of.',
  priorityTitle: (n: number | undefined) => `Priority of ${assets(n)}`,
  deleteTitle: (n: number | undefined) => `Delete ${assets(n)}?`,
  deleteText: (n: number | undefined) =>
    `${n === 1 ? 'The asset leaves' : 'The assets leave'} this project, with what was labeled on ${n === 1 ? 'it' : 'them'}, and can be restored from the filter State: Deleted. Nothing is deleted in your bucket.`,
  undo: 'Undo',
  canUndo: {
    batches: 'Undo puts each back into the batches it was in.',
    priority: 'Undo gives each the priority back that it had.',
    delete: 'Undo restores exactly these, with what was labeled on them.',
    restore: '',
    unknown: '',
  } satisfies Record<AssetChangeKind, string>,

  done: {
    batches: (n: number) => `Batches of ${assets(n)} changed.`,
    priority: (n: number) => `Priority of ${assets(n)} changed.`,
    delete: (n: number) => `${assets(n)} deleted.`,
    restore: (n: number) => `${assets(n)} restored.`,
    unknown: (n: number) => `${assets(n)} changed.`,
  } satisfies Record<AssetChangeKind, (n: number) => string>,
  undone: {
    batches: (n: number) => `Undone: the batches of ${assets(n)}.`,
    priority: (n: number) => `Undone: the priority of ${assets(n)}.`,
    delete: (n: number) => `${assets(n)} deleted.`,
    restore: (n: number) => `${assets(n)} restored.`,
    unknown: (n: number) => `${assets(n)} changed.`,
  } satisfies Record<AssetChangeKind, (n: number) => string>,
  left: (n: number) => `Left alone, because changed since: ${assets(n)}.`,
  running: {
    batches: 'Changing batches',
    priority: 'Changing priorities',
    delete: 'Deleting assets',
    restore: 'Restoring assets',
    unknown: 'Changing assets',
  } satisfies Record<AssetChangeKind, string>,
  undoing: {
    batches: 'Undoing a change of batches',
    priority: 'Undoing a change of priorities',
    delete: 'Deleting assets',
    restore: 'Restoring assets',
    unknown: 'Changing assets',
  } satisfies Record<AssetChangeKind, string>,
  progress: (done: number, total: number, pace?: Pace) =>
    [
      total > 0 ? `${count(done)} of ${count(total)}` : count(done),
      ...(pace && pace.perSecond >= 1 ? [`${count(Math.round(pace.perSecond))}/s`] : []),
      ...(typeof pace?.secondsLeft === 'number' ? [`${duration(pace.secondsLeft)} left`] : []),
    ].join(' · '),
  deleteAction: (n: number | undefined) => (n === undefined ? 'Delete all' : `Delete ${count(n)}`),
  silent: 'The hub does not answer.',
  cancel: 'Cancel',
  stopped: (done: number) => `Stopped. ${assets(done)} had been changed already.`,
  failed: 'The change stopped:',
};
