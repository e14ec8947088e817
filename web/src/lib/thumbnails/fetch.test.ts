import { afterEach, expect, it, vi } from 'vitest';
import { fetchPicture } from './fetch';
import { SignedUrls } from './signer';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const refusal = (status: number, code: string) =>
  new Response(`<Error><Code>${code}</Code></Error>`, { status });

/** A bucket that gives these answers one after the other, and notes how it was asked. */
function bucket(...answers: (() => Response)[]) {
  const asked: [string, RequestCache | undefined][] = [];
  vi.stubGlobal('fetch', async (url: string, { cache }: RequestInit) => {
    asked.push([url, cache]);
    return (answers[asked.length - 1] ?? (() => new Response('picture')))();
  });
  let round = 0;
  const signed: boolean[] = [];
  const urls = new SignedUrls(async (ids, afterRefusal) => {
    signed.push(afterRefusal);
    return ids.map((_id) => ({
      _id,
      url: `https://b/${_id}?${(round += 1)}`,
      expiresAt: '2999-01-01T00:00:00Z',
    }));
  });
  return { asked, signed, get: () => fetchPicture('a', urls, new AbortController().signal) };
}

it('is signed anew once where the bucket refuses its signature', async () => {
  const { asked, signed, get } = bucket(() => refusal(403, 'AccessDenied'));
  expect(await (await get()).text()).toBe('picture');
  expect(signed, 'the hub is told, and asks for another session').toEqual([false, true]);
  expect(asked).toEqual([
    ['https://b/a?1', 'default'],
    ['https://b/a?2', 'reload'],
  ]);
});

it('is asked for a second time past what the browser remembers, and no third', async () => {
  const { asked, get } = bucket(
    () => refusal(404, 'NoSuchKey'),
    () => refusal(404, 'NoSuchKey'),
  );
  await expect(get()).rejects.toMatchObject({ why: 'missing' });
  expect(asked).toEqual([
    ['https://b/a?1', 'default'],
    ['https://b/a?1', 'reload'],
  ]);
});

it('waits for a bucket that is busy, longer each time, and then says so', async () => {
  vi.useFakeTimers();
  const busy = () => refusal(503, 'SlowDown');
  const patient = bucket(busy, busy);
  const got = patient.get();
  await vi.advanceTimersByTimeAsync(3_000);
  expect(await (await got).text()).toBe('picture');
  const never = bucket(busy, busy, busy, busy);
  const failed = expect(never.get()).rejects.toMatchObject({ why: 'busy', code: 'SlowDown' });
  await vi.advanceTimersByTimeAsync(10_000);
  await failed;
  expect(never.asked.length).toBe(4);
});
