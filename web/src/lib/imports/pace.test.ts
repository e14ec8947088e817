import { expect, it } from 'vitest';
import type { Job } from '$lib/api/types';
import { Paces } from './pace';

const job = (_id: string, change: Partial<Job>) =>
  ({ _id, kind: 'import', state: 'running', unit: 'rows', done: 0, total: null, share: 0, ...change }) as Job;

it('tells how fast each goes and how long it still takes, once it was seen twice', () => {
  const paces = new Paces();
  paces.see([job('a', {}), job('b', { share: null })], 1_000);
  const seen = paces.see([job('a', { done: 500, share: 0.25 }), job('b', { done: 10, share: null })], 2_000);
  expect(seen.get('a')?.perSecond).toBeCloseTo(500);
  expect(seen.get('a')?.secondsLeft).toBeCloseTo(3);
  expect(seen.get('b')).toEqual({ perSecond: 10, secondsLeft: null });
});

it('says nothing of one that waits, and begins anew where something else is counted', () => {
  const paces = new Paces();
  paces.see([job('a', { unit: 'files' })], 1_000);
  expect(paces.see([job('a', { unit: 'files', done: 900 })], 2_000).get('a')?.perSecond).toBeCloseTo(900);
  expect(paces.see([job('a', { done: 1 })], 3_000).get('a')?.perSecond).toBe(0);
  expect(paces.see([job('a', { state: 'queued' })], 4_000).size).toBe(0);
});

it('tells no time left from before the hub was away', () => {
  const paces = new Paces();
  const see = (done: number, atMs: number) =>
    paces.see([job('a', { done, total: 1_000, share: done / 1_000 })], atMs).get('a');
  see(0, 0);
  expect(see(100, 1_000)?.secondsLeft).toBeCloseTo(9);
  expect(see(110, 16_000)).toEqual({ perSecond: 0, secondsLeft: null });
  expect(see(210, 17_000)?.secondsLeft).toBeCloseTo(7.9);
});
