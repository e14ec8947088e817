import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bucketsNamed, storageFor } from './forgotten';

const SERVER = { _id: 'server', endpoint: 'http://127.0.0.1:9000', buckets: ['scans'] };
const AMAZON = { _id: 'amazon', endpoint: null, buckets: ['street-scenes'] };
const trusted = (storage: typeof SERVER | typeof AMAZON) => ({
  ...storage,
  verification: { state: 'verified' as const },
});
const both = [SERVER, AMAZON];

const named = (text: string | Uint8Array<ArrayBuffer>) => bucketsNamed(new Blob([text]), both);
const rows = (...addresses: string[]) => JSON.stringify(addresses.map((data) => ({ data })));

describe('a list that is imported as Public', () => {
  it('names buckets in every way that S3 has', async () => {
    expect(
      await named(
        rows(
          'https://a.s3.eu-central-1.amazonaws.com/x.jpg',
          'https://with.dots.s3.amazonaws.com/x.jpg',
          'https://s3.us-west-2.amazonaws.com/c/x.jpg',
          'https://d.s3-eu-west-1.amazonaws.com/x.jpg',
          'https://e.s3.cn-north-1.amazonaws.com.cn/x.jpg',
          's3://f/x.jpg',
          'http://127.0.0.1:9000/g/x.jpg',
          'https://a.s3.eu-central-1.amazonaws.com/y.jpg',
        ),
      ),
    ).toEqual(['a', 'with.dots', 'c', 'd', 'e', 'f', 'g']);
  });

  it('names none where addresses say how they are opened, or lead elsewhere', async () => {
    expect(
      await named(
        rows(
          'https://a.s3.eu-central-1.amazonaws.com/x.jpg?storageId=65a',
          'https://b.s3.amazonaws.com/x.jpg?X-Amz-Signature=00',
          'https://example.org/s3.amazonaws.com/x.jpg',
          'https://amazonaws.com/x.jpg',
        ),
      ),
    ).toEqual([]);
  });

  it('names none where its rows name their storages', async () => {
    const address = 'https://a.s3.eu-central-1.amazonaws.com/x.jpg';
    expect(await named(JSON.stringify([{ data: address, storage: '65a' }]))).toEqual([]);
    expect(await named(`data,storage\n${address},65a\n`)).toEqual([]);
    expect(await named(`data,externalId\n${address},one\n`)).toEqual(['a']);
  });

  it('is understood with slashes that are escaped, and packed, however long it is', async () => {
    const one = '{"data":"https:\\/\\/a.s3.eu-central-1.amazonaws.com\\/x.jpg"}\n';
    expect(await named(one)).toEqual(['a']);
    const noise = Array.from({ length: 200_000 }, (_, at) => `{"n":${at * 7919}}\n`).join('');
    expect(await named(new Uint8Array(gzipSync(one + noise)))).toEqual(['a']);
  });
});

describe('the storage that is proposed', () => {
  it('is the one that reached the bucket before, else the only one', () => {
    const choices = both.map(trusted);
    expect(storageFor(['street-scenes'], choices)).toBe('amazon');
    expect(storageFor(['unknown'], choices)).toBe('');
    expect(storageFor(['unknown'], [trusted(SERVER)])).toBe('server');
  });

  it('is never led to a storage that is refused for now', () => {
    const refused = { ...AMAZON, verification: { state: 'unverified' as const } };
    expect(storageFor(['street-scenes'], [refused])).toBe('');
    expect(storageFor(['street-scenes'], [refused, trusted(SERVER)])).toBe('server');
    const overridden = {
      ...AMAZON,
      verification: { state: 'unverified' as const, overriddenAt: '2026-11-27T09:00:00Z' },
    };
    expect(storageFor(['street-scenes'], [overridden, trusted(SERVER)])).toBe('amazon');
  });
});
