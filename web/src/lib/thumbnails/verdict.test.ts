import { describe, expect, it } from 'vitest';
import type { Asset, Diagnosis } from '$lib/api/types';
import { CannotShow, causeOfRefusal } from './cause';
import { Verdicts } from './verdict';

const asset = (key: string, bucket = 'photos') =>
  ({ _id: key, project: 'p', storage: 's', data: `s3://${bucket}/${key}` }) as unknown as Asset;

const diagnosis = (code: string | null) =>
  ({ cause: code && { code, message: `${code}.` } }) as unknown as Diagnosis;

function hub(codes: Record<string, string | null>) {
  const asked: string[] = [];
  const clock = { ms: 0 };
  const verdicts = new Verdicts(
    async ({ _id }) => {
      asked.push(_id);
      if (codes[_id] === undefined) throw new Error('the hub is away');
      return diagnosis(codes[_id]);
    },
    () => clock.ms,
  );
  const { signal } = new AbortController();
  const of = async (one: Asset, failure: CannotShow) => (await verdicts.of(one, failure, signal)).why;
  return { of, asked, clock };
}

const silence = new CannotShow('cors', 'browser.cors', '', true);

describe('the cause why a picture cannot be shown', () => {
  it('is the hub’s word where the browser was not let see', async () => {
    const { of } = hub({ a: 'storage.no_such_bucket', b: 'storage.throttled', c: null });
    expect(await of(asset('a', 'one'), silence)).toBe('noBucket');
    expect(await of(asset('b', 'two'), silence)).toBe('busy');
    expect(await of(asset('c', 'three'), silence)).toBe('cors');
    expect(await of(asset('away', 'four'), silence)).toBe('cors');
  });

  it('is asked for once where it is the whole bucket’s, and for each picture where it is not', async () => {
    const { of, asked, clock } = hub({
      a: 'storage.cors_missing',
      b: 'storage.cors_missing',
      c: 'storage.no_such_object',
      d: 'storage.get_denied',
    });
    expect(await Promise.all([of(asset('a'), silence), of(asset('b'), silence)])).toEqual(['cors', 'cors']);
    expect(asked).toEqual(['a']);
    const denied = new CannotShow('denied', 'AccessDenied');
    const others = [of(asset('c', 'other'), denied), of(asset('d', 'other'), denied)];
    expect(await Promise.all(others)).toEqual(['missing', 'denied']);
    expect(asked).toEqual(['a', 'c', 'd']);
    clock.ms = 11_000;
    await of(asset('b'), silence);
    expect(asked).toEqual(['a', 'c', 'd', 'b']);
  });

  it('is not asked for where the browser saw it', async () => {
    const { of, asked } = hub({});
    expect(await of(asset('a'), new CannotShow('missing', 'NoSuchKey'))).toBe('missing');
    expect(await of(asset('a'), new CannotShow('undecodable', 'browser.undecodable'))).toBe('undecodable');
    expect(asked).toEqual([]);
  });

  it('is not asked for where the hub itself did not sign and said why', async () => {
    const { of, asked } = hub({});
    expect(await of(asset('a'), causeOfRefusal('storage.role_denied'))).toBe('role');
    expect(await of(asset('a'), causeOfRefusal('storage.of_tomorrow'))).toBe('refused');
    expect(asked).toEqual([]);
  });
});
