import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { isOrderedHere, orderChange } from '$lib/api/assetChanges';
import { hub } from '$lib/api/client';
import { ApiError } from '$lib/api/errors';
import type { AssetChange } from '$lib/api/types';
import { toasts } from '$ui/toasts.svelte';
import { follow, isOffered, tell } from './told';

vi.mock('$lib/api/client', () => ({
  hub: { POST: vi.fn(), GET: vi.fn() },
  answer: (call: Promise<unknown>) => call,
}));

type Call = (
  path: string,
  init: { params: { path: { id?: string } }; body?: { filters: Filters } },
) => unknown;
type Filters = { _id?: string[] };
const post = hub.POST as unknown as ReturnType<typeof vi.fn<Call>>;
const get = hub.GET as unknown as ReturnType<typeof vi.fn<Call>>;

const change = (_id: string, assetsDone: number, more: Partial<AssetChange> = {}) =>
  ({ _id, kind: 'delete', state: 'completed', assetsDone, createdBy: 'ada', ...more }) as AssetChange;

const refresh = vi.fn(() => Promise.resolve());
const order = { projectId: 'p', byIds: true, isMine: true, refresh };
const byFilter = { ...order, byIds: false };
const tones = () => toasts.list.map(({ tone }) => tone);
const said = () => toasts.list.map(({ text, action }) => [text, action?.label]);

/** The hub deletes what is named, and restores what each deletion deleted. */
function hubThatDeletes(more: Partial<AssetChange> = {}) {
  const deleted = new Map<string, number>();
  post.mockImplementation((path, { params, body }) => {
    if (path.endsWith('/undo')) {
      const done = deleted.get(params.path.id ?? '') ?? 0;
      return Promise.resolve({ change: change(`u${params.path.id}`, done, { kind: 'restore' }) });
    }
    const id = `d${deleted.size}`;
    deleted.set(id, body?.filters._id?.length ?? 2_300);
    return Promise.resolve({ change: change(id, deleted.get(id) ?? 0, more) });
  });
  get.mockImplementation((_, { params }) => {
    const id = params.path.id ?? '';
    return Promise.resolve({ change: change(id, deleted.get(id) ?? 0) });
  });
}

const ids = (n: number) => Array.from({ length: n }, (_, nth) => `${nth}`);

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
});

afterEach(() => {
  for (const { id } of toasts.list) toasts.close(id);
  vi.useRealTimers();
});

it('takes back a deletion by ids with all of its orders, however many they are', async () => {
  hubThatDeletes();
  const { ordered } = await orderChange('p', 'delete', { ids: ids(2_400) });
  expect(ordered.map(({ assetsDone }) => assetsDone)).toEqual([1_000, 1_000, 400]);
  await follow(order, ordered);
  expect(said()).toEqual([['2,400 assets deleted.', 'Undo']]);
  toasts.list[0]?.action?.run();
  await vi.waitFor(() => expect(said()).toContainEqual(['2,400 assets restored.', undefined]));
  const undone = post.mock.calls.flatMap(([, { params }]) => params.path.id ?? []);
  expect(undone).toEqual(['d0', 'd1', 'd2']);
  expect(refresh).toHaveBeenCalled();
});

it('offers Undo for a slow deletion once the last of it has ended, and says so once', async () => {
  hubThatDeletes({ state: 'running', assetsDone: 0 });
  for (const [one, target] of [
    [order, { ids: ids(1_200) }],
    [byFilter, { ids: ids(3) }],
  ] as const) {
    const { ordered } = await orderChange('p', 'delete', target);
    expect(ordered.every(({ _id }) => isOrderedHere(_id))).toBe(true);
    get.mockRejectedValueOnce(new ApiError(503, 'hub.busy', ''));
    void follow(one, ordered);
    expect(said()).toEqual([]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(said()).toEqual([[`${target.ids.length === 3 ? '3' : '1,200'} assets deleted.`, 'Undo']]);
    for (const { id } of toasts.list) toasts.close(id);
  }
});

it('leaves a large deletion by a filter to the line above the list, and what others deleted to them', () => {
  tell(byFilter, [change('a', 2_300)]);
  tell(byFilter, [change('b', 1_000)]);
  tell({ ...byFilter, isMine: false }, [change('c', 2)]);
  expect(said()).toEqual([
    ['2,300 assets deleted.', undefined],
    ['1,000 assets deleted.', 'Undo'],
    ['2 assets deleted.', undefined],
  ]);
});

it('takes back what was deleted before an order was refused or a deletion stopped', async () => {
  hubThatDeletes();
  post.mockImplementationOnce(() => Promise.resolve({ change: change('first', 1_000) }));
  post.mockImplementationOnce(() => Promise.reject(new ApiError(429, 'hub.busy', 'Too many.')));
  const { ordered, failure } = await orderChange('p', 'delete', { ids: ids(2_400) });
  expect([post.mock.calls.length, failure]).toEqual([2, expect.any(ApiError)]);
  await follow(order, ordered);
  tell(order, [change('a', 7, { state: 'cancelled' })]);
  const broken = { code: 'hub.failed', message: 'The disk is full.' };
  tell(order, [change('b', 5), change('c', 0, { state: 'failed', error: broken })]);
  tell(order, [change('d', 0)]);
  expect(said().slice(-4)).toEqual([
    ['Stopped. 7 assets had been changed already.', undefined],
    ['The change stopped: The disk is full.', undefined],
    ['5 assets deleted.', 'Undo'],
    ['0 assets deleted.', undefined],
  ]);
  expect(tones().slice(-4)).toEqual(['info', 'danger', 'success', 'success']);
});

it('offers to take back the newest change alone, and none while one goes on', async () => {
  hubThatDeletes();
  tell(order, [change('a', 7, { state: 'cancelled' })]);
  expect([said(), isOffered()]).toEqual([[['Stopped. 7 assets had been changed already.', 'Undo']], true]);
  tell({ ...order, isMine: false }, [change('b', 3)]);
  tell(order, [change('c', 0)]);
  expect(said()[0]?.[1]).toBe('Undo');
  tell(order, [change('d', 5)]);
  expect(said().map(([, action]) => action)).toEqual([undefined, undefined, undefined, 'Undo']);
  const slow = follow(order, [change('d0', 0, { state: 'running' })]);
  expect([said().some(([, action]) => action), isOffered()]).toEqual([false, false]);
  await vi.advanceTimersByTimeAsync(1_000);
  await slow;
});

it('takes back a change of batches or priorities, and says what somebody changed since', () => {
  const undoing = { kind: 'priority', undoes: 'a' } as const;
  tell(order, [change('a', 12, { kind: 'priority' })]);
  tell(order, [change('b', 3, { kind: 'batches' })]);
  tell(order, [change('c', 12, undoing)]);
  tell(order, [change('d', 1, { ...undoing, kind: 'batches', assetsLeft: 2 })]);
  expect(said()).toEqual([
    ['Priority of 12 assets changed.', undefined],
    ['Batches of 3 assets changed.', undefined],
    ['Undone: the priority of 12 assets.', undefined],
    ['Undone: the batches of 1 asset. Left alone, because changed since: 2 assets.', undefined],
  ]);
  for (const { id } of toasts.list) toasts.close(id);
  tell(order, [change('e', 0, { ...undoing, assetsLeft: 7 })]);
  tell(byFilter, [change('f', 2_300, { kind: 'priority' })]);
  expect(said()).toEqual([
    ['Left alone, because changed since: 7 assets.', undefined],
    ['Priority of 2,300 assets changed.', undefined],
  ]);
});
