import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '$lib/api/errors';
import * as uploads from '$lib/api/uploads';
import { Drops } from './drops.svelte';

type Found = Awaited<ReturnType<typeof uploads.findUploaded>>;

vi.mock('$lib/api/uploads', () => ({
  NAMES_MAX: 1000,
  findUploaded: vi.fn(),
  uploadLink: vi.fn(() => Promise.resolve('https://hub.test/v2/files/p/assets/n?signature=x')),
  sendBytes: vi.fn(),
  registerUploads: vi.fn(() => Promise.resolve({ refused: [] })),
}));

const NOTHING: Found = { files: [], parts: [] };
const found = vi.mocked(uploads.findUploaded);
const sent = vi.mocked(uploads.sendBytes);
const registered = vi.mocked(uploads.registerUploads);

beforeEach(() => {
  vi.clearAllMocks();
  found.mockResolvedValue(NOTHING);
  sent.mockResolvedValue();
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('removeEventListener', () => {});
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const FILE = new File(['123456789'], 'a.jpg', { lastModified: 0 });

function drop() {
  const drops = new Drops('p');
  const adding = drops.add({ found: [{ path: 'a.jpg', file: FILE }], unreadable: [] }, []);
  const [one] = drops.files;
  if (!one) throw new Error('the file was not taken in');
  const there: Found = {
    files: [{ name: one.name, url: 'https://hub.test/there', sizeBytes: FILE.size } as Found['files'][0]],
    parts: [],
  };
  return { drops, adding, one, there };
}

/** Answers the question when the test says so. */
function held() {
  let answer: (found: Found) => void = () => {};
  found.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  return (found: Found) => answer(found);
}

it('become assets once they are sent, or where they are there already', async () => {
  const fresh = drop();
  await fresh.adding;
  await vi.waitFor(() => expect(fresh.one.state).toBe('done'));
  expect([sent.mock.calls.length, registered.mock.calls.length]).toEqual([1, 1]);
  expect(registered.mock.calls[0]?.[1]).toBe('a.jpg');
  const answer = held();
  const known = drop();
  answer(known.there);
  await known.adding;
  await vi.waitFor(() => expect(known.one.state).toBe('done'));
  expect([sent.mock.calls.length, registered.mock.calls.length]).toEqual([1, 2]);
});

it('stay cancelled where the hub says only then that they are there', async () => {
  const answer = held();
  const { drops, adding, one, there } = drop();
  drops.cancel(one);
  answer(there);
  await adding;
  expect([one.state, one.url]).toEqual(['cancelled', '']);
  expect(registered).not.toHaveBeenCalled();
});

it('stay cancelled where they were looked for again after an error', async () => {
  vi.useFakeTimers();
  sent.mockRejectedValueOnce(new ApiError(0, 'network.unreachable', ''));
  const { drops, adding, one, there } = drop();
  await adding;
  const answer = held();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(found).toHaveBeenCalledTimes(2);
  drops.cancel(one);
  answer(there);
  await vi.advanceTimersByTimeAsync(0);
  expect([one.state, one.url]).toEqual(['cancelled', '']);
  expect(registered).not.toHaveBeenCalled();
});

it('are read anew by whoever tries again', async () => {
  sent.mockRejectedValueOnce(new ApiError(400, 'upload.wrong_checksum', ''));
  const { drops, adding, one } = drop();
  const before = one.checksum;
  await adding;
  await vi.waitFor(() => expect(one.state).toBe('failed'));
  drops.retry(one);
  expect(one.checksum).not.toBe(before);
  await vi.waitFor(() => expect(one.state).toBe('done'));
});

it('are counted and summed as they change, however many there are', async () => {
  const many = Array.from({ length: 5_000 }, (_, n) => ({ path: `${n}.jpg`, file: FILE }));
  const drops = new Drops('p');
  sent.mockRejectedValueOnce(new ApiError(400, 'upload.wrong_checksum', ''));
  const adding = drops.add({ found: many, unreadable: [] }, []);
  const [, cancelled] = drops.files;
  if (!cancelled) throw new Error('the files were not taken in');
  drops.cancel(cancelled);
  await adding;
  await vi.waitFor(() => expect(drops.isBusy).toBe(false), { timeout: 20_000 });
  expect([drops.done, drops.failed, drops.total]).toEqual([4_998, 1, 4_999 * FILE.size]);
  expect(drops.firstFailed?.state).toBe('failed');
  drops.retryAll();
  drops.retry(cancelled);
  await vi.waitFor(() => expect(drops.done).toBe(5_000));
  expect([drops.failed, drops.firstFailed, drops.sent]).toEqual([0, null, 5_000 * FILE.size]);
  drops.clear();
  expect([drops.done, drops.total, drops.sent, drops.files.length]).toEqual([0, 0, 0, 0]);
}, 30_000);
