import { expect, it } from 'vitest';
import { bucketsOf, providerOf, standingOf, triedAt } from './state';

const verification = (state: string) =>
  ({ state, message: state === 'unverified' ? 'It lets anybody in.' : null }) as never;
const lastCheck = (code: string | null) => ({
  checkedAt: '2026-01-02T00:00:00.000Z',
  code,
  message: code && 'No rule names this page.',
});

it('says first what keeps a storage from being used, then how its last test ended', () => {
  const standing = (state: string, code?: string | null) =>
    standingOf({ verification: verification(state), lastCheck: code === undefined ? null : lastCheck(code) });
  expect(standing('unverified', null)).toMatchObject({ dot: 'warning', why: 'It lets anybody in.' });
  expect(standing('verified', 'storage.cors_missing')).toMatchObject({
    dot: 'failed',
    why: 'No rule names this page.',
  });
  expect(standing('verified', null)).toMatchObject({ dot: 'good', at: '2026-01-02T00:00:00.000Z' });
  expect(standing('not_applicable')).toMatchObject({ dot: 'idle' });
  expect(standing('verified')).toMatchObject({ dot: 'good' });
});

it('was last tried when its role or its way was, whichever came later', () => {
  const tried = (role: string | null, way: string | null) =>
    triedAt({
      verification: { state: 'verified', checkedAt: role } as never,
      lastCheck: way ? { ...lastCheck(null), checkedAt: way } : null,
    });
  const [early, late] = ['2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z'];
  expect(tried(early, null)).toBe(early);
  expect(tried(early, late)).toBe(late);
  expect(tried(late, early)).toBe(late);
  expect(tried(null, null)).toBeNull();
});

it('calls a storage after who answers: AWS at its own endpoints too, another server by its kind', () => {
  const named = (endpoint: string | null) => providerOf({ endpoint });
  expect(named(null)).toBe('aws');
  expect(named('https://bucket.vpce-1a2b.s3.eu-central-1.vpce.amazonaws.com')).toBe('aws');
  expect(named('https://s3.cn-north-1.amazonaws.com.cn')).toBe('aws');
  expect(named('https://minio.example.com:9000')).toBe('compatible');
  expect(named('https://amazonaws.com.example.org')).toBe('compatible');
});

it('tells buckets that answered from those that lists name, and those that are not there', () => {
  const known = {
    buckets: ['photos', 'typo', 'unasked'],
    bucketsSeen: ['listed', 'photos'],
    bucketsMissing: ['looked-for', 'typo'],
  };
  expect(bucketsOf(known)).toEqual({ seen: 'listed, photos', named: 'unasked', missing: 'typo' });
});
