import { expect, it } from 'vitest';
import {
  bucketsKnown,
  bucketsOf,
  isPartly,
  providerOf,
  shortCause,
  standingOf,
  troubleOf,
  troubleOfRole,
} from './state';

const verification = (state: string) =>
  ({
    state,
    message: state === 'unverified' ? 'It lets anybody in.' : null,
    code: state === 'unverified' ? 'storage.trust_policy_missing_external_id' : null,
  }) as never;
const lastCheck = (code: string | null, bucketsTested = 1, bucketsFailed = code ? ['photos'] : []) => ({
  checkedAt: '2026-01-02T00:00:00.000Z',
  code,
  message: code && 'No rule names this page.',
  bucketsTested,
  bucketsFailed,
});
const times = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };

it('says first what keeps a storage from being used, then how its last test ended', () => {
  const standing = (state: string, code?: string | null) =>
    standingOf({
      ...times,
      verification: verification(state),
      lastCheck: code === undefined ? null : lastCheck(code),
    });
  expect(standing('unverified', null)).toMatchObject({
    dot: 'warning',
    cause: 'Role is open to others',
    why: 'It lets anybody in.',
  });
  expect(standing('verified', 'storage.cors_missing')).toMatchObject({
    dot: 'failed',
    cause: 'Blocked by CORS',
    why: 'No rule names this page.',
  });
  expect(standing('verified', 'storage.nothing_to_read')).toMatchObject({ dot: 'warning' });
  expect(standing('verified', null)).toMatchObject({ dot: 'good', at: '2026-01-02T00:00:00.000Z' });
  expect(standing('not_applicable')).toMatchObject({ dot: 'idle' });
  expect(standing('verified')).toMatchObject({ dot: 'good' });
});

it('does not say of a storage that changed that it was never tested', () => {
  const label = (updatedAt: string) =>
    standingOf({ ...times, updatedAt, verification: verification('not_applicable'), lastCheck: null }).label;
  expect(label(times.createdAt)).toBe('Not tested');
  expect(label('2026-01-02T00:00:00.000Z')).toBe('Not tested since it changed');
});

it('warns of a storage of whose buckets some work, and names the others', () => {
  const standing = (tested: number, failed: string[]) =>
    standingOf({
      ...times,
      verification: verification('not_applicable'),
      lastCheck: lastCheck('storage.no_such_bucket', tested, failed),
    });
  expect(standing(2, ['nope'])).toMatchObject({
    dot: 'warning',
    label: '1 of 2 buckets failed',
    cause: 'nope: No such bucket',
  });
  expect(standing(2, ['nope', 'neither'])).toMatchObject({ dot: 'failed', cause: 'No such bucket' });
  expect(standing(0, [])).toMatchObject({ dot: 'failed' });
  expect(isPartly({ bucketsTested: 2, bucketsFailed: [] })).toBe(false);
});

it('says what a failed test is in the way of: some buckets, or the whole storage', () => {
  const cause = { message: 'There is none.' } as never;
  const trouble = (verdict: string, bucketsTested: number, bucketsFailed: string[]) =>
    troubleOf({ verdict, cause, bucketsTested, bucketsFailed }, (why) => `Useless: ${why}`);
  expect(trouble('passed', 2, [])).toBeNull();
  expect(trouble('warned', 2, [])).toBeNull();
  expect(trouble('failed', 1, ['nope'])).toBe('Useless: There is none.');
  expect(trouble('failed', 2, ['nope'])).toBe('1 of 2 buckets failed: nope. There is none.');
  const ofRole = (state: string) =>
    troubleOfRole({ verification: verification(state) }, (why) => `Useless: ${why}`);
  expect(ofRole('unverified')).toBe('Useless: Role is open to others');
  expect(ofRole('verified')).toBeNull();
});

it('has few words for a code, its own before those of a picture', () => {
  expect(shortCause('storage.wrong_secret')).toBe('Secret Access Key is wrong');
  expect(shortCause('storage.dns')).toBe('No connection');
  expect(shortCause('storage.of_tomorrow')).toBeNull();
  expect(shortCause(null)).toBeNull();
});

it('does not blame a role that was verified after the test that blamed it, and says when what it says was seen', () => {
  const [early, late] = ['2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z'];
  const standing = (role: string, test: string, code: string | null) =>
    standingOf({
      ...times,
      verification: { state: 'verified', checkedAt: role } as never,
      lastCheck: { ...lastCheck(code), checkedAt: test },
    });
  const open = 'storage.trust_policy_missing_external_id';
  for (const code of [open, 'storage.role_denied']) {
    const overtaken = { dot: 'idle', label: 'Not tested since the role was verified', at: late };
    expect(standing(late, early, code)).toEqual(overtaken);
  }
  expect(standing(early, late, open)).toMatchObject({ cause: 'Role is open to others', at: late });
  // What a role has no part in stays in the way, and was seen when it was seen.
  const missing = { dot: 'failed', cause: 'Not found', at: early };
  expect(standing(late, early, 'storage.no_such_object')).toMatchObject(missing);
  expect(standing(late, early, null)).toMatchObject({ dot: 'good', at: early });
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
  expect(bucketsKnown(known)).toEqual(['listed', 'photos', 'unasked']);
});
