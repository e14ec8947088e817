import { expect, it } from 'vitest';
import type { AssetChange } from '$lib/api/types';
import { undoable } from './undo';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const deletion = (id: string, change: Partial<AssetChange> = {}) =>
  ({
    _id: id,
    kind: 'delete',
    state: 'completed',
    assetsDone: 2_300,
    createdBy: 'ada',
    finishedAt: '2026-01-31T11:50:00Z',
    undoes: null,
    ...change,
  }) as AssetChange;
const offered = (...changes: AssetChange[]) => undoable(changes, 'ada', new Set(['old']), NOW)?._id;

it('offers the newest large change of whoever looks', () => {
  expect(offered(deletion('b'), deletion('a'))).toBe('b');
  expect(offered(deletion('b', { createdBy: 'bob' }), deletion('a'))).toBe('a');
  expect(offered(deletion('b', { assetsDone: 1_000 }))).toBeUndefined();
});

it('offers what a cancelled deletion deleted, and nothing while it goes on', () => {
  expect(offered(deletion('b', { state: 'cancelled' }))).toBe('b');
  const goesOn = { state: 'running', finishedAt: null } as const;
  expect(offered(deletion('b', goesOn))).toBeUndefined();
  expect(offered(deletion('b', { ...goesOn, createdBy: 'bob' }), deletion('a'))).toBeUndefined();
});

it('offers a large change of batches or priorities too, and none that takes one back', () => {
  expect(offered(deletion('c', { kind: 'priority' }), deletion('b'))).toBe('c');
  expect(offered(deletion('c', { kind: 'batches' }), deletion('b'))).toBe('c');
  expect(offered(deletion('c', { kind: 'batches', undoes: 'a' }), deletion('b'))).toBe('b');
  expect(offered(deletion('c', { kind: 'restore' }), deletion('b'))).toBe('b');
});

it('offers nothing that was taken back, dismissed, or is long ago', () => {
  expect(offered(deletion('c', { kind: 'restore', undoes: 'b' }), deletion('b'))).toBeUndefined();
  expect(offered(deletion('old'))).toBeUndefined();
  expect(offered(deletion('old'), deletion('a'))).toBeUndefined();
  expect(offered(deletion('b'), deletion('old'))).toBe('b');
  expect(offered(deletion('b', { finishedAt: '2026-01-31T11:29:00Z' }))).toBeUndefined();
});
