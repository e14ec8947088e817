import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { toasts } from './toasts.svelte';

const shown = () => toasts.list.map(({ text }) => text);
const undo = { label: 'Undo', run: () => {} };

beforeEach(() => vi.useFakeTimers());

afterEach(() => {
  for (const { id } of toasts.list) toasts.close(id);
  vi.useRealTimers();
});

it('leaves what can be taken back long enough to reach it, and errors until they are closed', () => {
  toasts.done('Saved.');
  toasts.done('Deleted.', undo);
  toasts.failed(new Error('Broken.'));
  expect(toasts.list).toHaveLength(3);
  vi.advanceTimersByTime(6_000);
  expect(shown()[0]).toBe('Deleted.');
  vi.advanceTimersByTime(13_900);
  expect(shown()[0]).toBe('Deleted.');
  vi.advanceTimersByTime(200);
  expect(toasts.list.map(({ tone }) => tone)).toEqual(['danger']);
  vi.advanceTimersByTime(600_000);
  expect(toasts.list).toHaveLength(1);
});

it('leaves nothing while somebody is at the messages, what comes meanwhile included', () => {
  toasts.done('One.');
  toasts.hold();
  toasts.done('Two.');
  vi.advanceTimersByTime(60_000);
  expect(shown()).toEqual(['One.', 'Two.']);
  toasts.release();
  vi.advanceTimersByTime(5_900);
  expect(shown()).toEqual(['One.', 'Two.']);
  vi.advanceTimersByTime(200);
  expect(shown()).toEqual([]);
});

it('goes on when the message that was pointed at is closed', () => {
  toasts.done('One.', undo);
  toasts.done('Two.');
  toasts.hold();
  toasts.close(toasts.list[1]?.id ?? 0);
  vi.advanceTimersByTime(20_100);
  expect(shown()).toEqual([]);
});
