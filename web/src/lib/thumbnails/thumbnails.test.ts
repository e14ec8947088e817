import { describe, expect, it, vi } from 'vitest';
import type { SignedUrl } from '$lib/api/types';
import { CannotShow, causeOfAnswer, causeOfDoctor, kindWithoutPicture } from './cause';
import { Lru } from './lru';
import { Queue } from './queue';
import { SignedUrls } from './signer';
import { causeOfSilence } from './silence';
import { Thumbnails } from './thumbnails';
import { Verdicts } from './verdict';

vi.mock('./fetch', () => ({
  fetchPicture: () => Promise.reject(new CannotShow('cors', 'browser.cors', '', true)),
}));

const whyAsset = vi.hoisted(() => vi.fn());
vi.mock('$lib/api/why', () => ({ whyAsset }));

const refusal = (code: string, message = '') =>
  `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;

describe('the cause of a refusal', () => {
  it.each([
    [403, refusal('AccessDenied', 'Access Denied'), 'denied', 'AccessDenied'],
    [403, refusal('AccessDenied', 'Request has expired'), 'expired', 'AccessDenied'],
    [400, refusal('ExpiredToken'), 'session', 'ExpiredToken'],
    [404, refusal('NoSuchKey'), 'missing', 'NoSuchKey'],
    [404, refusal('NoSuchBucket'), 'noBucket', 'NoSuchBucket'],
    [403, refusal('InvalidAccessKeyId'), 'keys', 'InvalidAccessKeyId'],
    [404, '', 'missing', 'http.404'],
    [301, refusal('PermanentRedirect'), 'wrongRegion', 'PermanentRedirect'],
    [400, refusal('AuthorizationHeaderMalformed'), 'wrongRegion', 'AuthorizationHeaderMalformed'],
    [503, refusal('SlowDown'), 'busy', 'SlowDown'],
    [502, '<html>', 'busy', 'http.502'],
  ])('reads %i %s', (status, body, why, code) => {
    expect(causeOfAnswer(status, body)).toMatchObject({ why, code });
  });

  it('is the hub’s word where the browser may not see', () => {
    expect(causeOfDoctor('storage.no_such_object')).toBe('missing');
    expect(causeOfDoctor('storage.cors_other_origin')).toBe('cors');
    expect(causeOfDoctor('storage.cors_twice')).toBe('cors');
    expect(causeOfDoctor('storage.mixed_content')).toBe('mixed');
    expect(causeOfDoctor('storage.content_encoding')).toBe('undecodable');
    expect(causeOfDoctor('of.tomorrow')).toBeUndefined();
    expect(causeOfDoctor(null)).toBeUndefined();
  });

  it('is found behind silence by asking without wanting to read, once for a bucket', async () => {
    const asked: [string, RequestMode | undefined][] = [];
    vi.stubGlobal('fetch', (url: string, { mode }: RequestInit) => {
      asked.push([url, mode]);
      return url.includes('gone') ? Promise.reject(new TypeError()) : Promise.resolve(new Response());
    });
    const clock = { ms: 0 };
    const cause = async (url: string) => (await causeOfSilence(url, { nowMs: () => clock.ms })).why;
    expect(await cause('https://s3/there/a.jpg')).toBe('cors');
    expect(await cause('https://s3/there/b.jpg')).toBe('cors');
    expect(await cause('https://s3/gone/a.jpg')).toBe('network');
    expect(asked).toEqual([
      ['https://s3/there/a.jpg', 'no-cors'],
      ['https://s3/gone/a.jpg', 'no-cors'],
    ]);
    clock.ms = 11_000;
    await cause('https://s3/there/b.jpg');
    expect(asked.length).toBe(3);
    vi.unstubAllGlobals();
  });

  it('does not fetch a film or a document for a thumbnail', () => {
    expect(kindWithoutPicture('drive.MP4')).toBe('Video');
    expect(kindWithoutPicture('a.pdf')).toBe('PDF');
    expect(kindWithoutPicture('cat.jpg')).toBeUndefined();
    expect(kindWithoutPicture('no-ending')).toBeUndefined();
  });
});

describe('signed addresses', () => {
  function signer(lifetimeMs = 900_000) {
    const clock = { ms: 1_000_000 };
    const asked: string[][] = [];
    let round = 0;
    const urls = new SignedUrls(
      async (ids) => {
        asked.push(ids);
        round += 1;
        return ids.map((_id): SignedUrl =>
          _id === 'bad'
            ? { _id, code: 'storage.gone', message: 'The storage was deleted.' }
            : {
                _id,
                url: `https://b/${_id}?${round}`,
                expiresAt: new Date(clock.ms + lifetimeMs).toISOString(),
              },
        );
      },
      () => clock.ms,
    );
    return { urls, asked, clock };
  }

  it('are asked for together and kept', async () => {
    const { urls, asked } = signer();
    const both = await Promise.all([urls.get('a'), urls.get('b'), urls.get('a')]);
    expect(both).toEqual(['https://b/a?1', 'https://b/b?1', 'https://b/a?1']);
    expect(await urls.get('b')).toBe('https://b/b?1');
    expect(asked).toEqual([['a', 'b']]);
  });

  it('are renewed shortly before they expire, and when the bucket refused', async () => {
    const { urls, clock } = signer(60_000);
    await urls.get('a');
    clock.ms += 31_000;
    expect(await urls.get('a')).toBe('https://b/a?2');
    expect(await urls.get('a', true)).toBe('https://b/a?3');
  });

  it('never ask for more than a thousand at once', async () => {
    const { urls, asked } = signer();
    await Promise.all(Array.from({ length: 1001 }, (_, n) => urls.get(String(n))));
    expect(asked.map((ids) => ids.length)).toEqual([1000, 1]);
  });

  it('that are refused say why, and do not spoil the others', async () => {
    const { urls } = signer();
    const good = urls.get('a');
    await expect(urls.get('bad')).rejects.toMatchObject({ why: 'refused', code: 'storage.gone' });
    expect(await good).toBe('https://b/a?1');
  });

  it('that are refused for a cause that the hub names are told by that', async () => {
    const code = 'storage.trust_policy_missing_external_id';
    const urls = new SignedUrls(async (ids) => ids.map((_id) => ({ _id, code, message: 'It is open.' })));
    await expect(urls.get('a')).rejects.toMatchObject({ why: 'openRole', code, message: 'It is open.' });
  });
});

describe('a thumbnail', () => {
  const sign = (ids: string[]) =>
    Promise.resolve(ids.map((_id) => ({ _id, url: `https://b/${_id}`, expiresAt: '2999-01-01T00:00:00Z' })));
  const asset = { _id: 'a', data: 's3://photos/a.jpg' };

  it('has the browser’s own cause while the hub’s cannot be asked for, and the hub’s once it can', async () => {
    const verdict = { cause: { code: 'storage.no_such_bucket', message: 'There is no such bucket.' } };
    const load = vi
      .fn(() => Promise.resolve(new Verdicts(() => Promise.resolve(verdict as never))))
      .mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'));
    const thumbnails = new Thumbnails('p', sign, load);
    const { signal } = new AbortController();
    expect(await thumbnails.get(asset, signal)).toMatchObject({ why: 'cors', code: 'browser.cors' });
    expect(await thumbnails.get(asset, signal)).toMatchObject({ why: 'noBucket' });
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('that was on its way while a cause was mended is asked for once more', async () => {
    const of = (code: string) => ({ cause: { code, message: '' } }) as never;
    const ask = vi.fn(() => {
      thumbnails.mended('denied');
      return Promise.resolve(of('storage.get_denied'));
    });
    const thumbnails = new Thumbnails('p', sign, () => Promise.resolve(new Verdicts(ask)));
    const asked = thumbnails.get(asset, new AbortController().signal);
    await vi.waitFor(() => expect(ask).toHaveBeenCalled());
    ask.mockImplementation(() => Promise.resolve(of('storage.no_such_bucket')));
    expect(await asked).toMatchObject({ why: 'noBucket' });
  });

  it('has its cause asked for in the project that is looked at, also where the asset does not name it', async () => {
    whyAsset.mockResolvedValue({ cause: { code: 'storage.no_such_bucket', message: 'No such bucket.' } });
    const { signal } = new AbortController();
    const ofTask = { _id: 'of-a-task', data: 's3://gone/a.jpg' };
    expect(await new Thumbnails('p', sign).get(ofTask, signal)).toMatchObject({ why: 'noBucket' });
    expect(whyAsset.mock.calls.map(([project, id]) => [project, id])).toEqual([['p', 'of-a-task']]);
  });
});

describe('the queue', () => {
  it('runs no more at once than it may, in order', async () => {
    const queue = new Queue(2);
    const { signal } = new AbortController();
    const started: number[] = [];
    const finish: (() => void)[] = [];
    const works = [0, 1, 2].map((n) =>
      queue.run(() => {
        started.push(n);
        return new Promise<void>((resolve) => finish.push(resolve));
      }, signal),
    );
    expect(started).toEqual([0, 1]);
    finish[0]?.();
    await works[0];
    await vi.waitFor(() => expect(started).toEqual([0, 1, 2]));
  });

  it('never starts what was given up', async () => {
    const queue = new Queue(1);
    const first = new AbortController();
    const second = new AbortController();
    void queue.run(() => new Promise(() => {}), first.signal);
    const work = vi.fn(() => Promise.resolve());
    const waiting = queue.run(work, second.signal);
    second.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    expect(work).not.toHaveBeenCalled();
  });
});

describe('the memory', () => {
  it('forgets what was not used for longest', () => {
    const forgotten: string[] = [];
    const memory = new Lru<string>(2, (value) => forgotten.push(value));
    memory.set('a', 'A');
    memory.set('b', 'B');
    memory.get('a');
    memory.set('c', 'C');
    expect(forgotten).toEqual(['B']);
    expect(memory.get('a')).toBe('A');
    expect(memory.get('b')).toBeUndefined();
    expect(memory.size).toBe(2);
  });
});
