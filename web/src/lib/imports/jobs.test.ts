import { expect, it, vi } from 'vitest';
import type { Job } from '$lib/api/types';
import { outdated, pageOf, totalOf } from './jobs';

vi.mock('$lib/session/queries', () => ({
  keys: { exports: (id: string) => [id, 'exports'], assetChanges: (id: string) => [id, 'assetChanges'] },
}));

const job = (_id: string, kind: Job['kind']) => ({ _id, kind, project: 'p' }) as Job;

it('says how many there will be: as counted, or about', () => {
  const of = (more: Partial<Job>) => totalOf({ ...job('1', 'import'), done: 412_345, ...more });
  expect(of({ total: 500_000, share: 0.1 })).toBe(500_000);
  expect(of({ total: null, share: 0.412 })).toBe(1_000_000);
  expect(of({ total: null, share: null })).toBeNull();
});

it('leads to the page of each kind', () => {
  expect(pageOf(job('1', 'export'))).toBe('/projects/p/export');
  expect(pageOf(job('1', 'assetChange'))).toBe('/projects/p/assets');
});

it('lets the lists look again whose jobs began or ended', () => {
  const [first, second, list] = [job('1', 'export'), job('2', 'assetChange'), job('3', 'import')];
  expect(outdated([], [first, list])).toEqual([['p', 'exports']]);
  expect(outdated([first, second], [first])).toEqual([['p', 'assetChanges']]);
  expect(outdated([first, second, list], [second, first])).toEqual([]);
});
