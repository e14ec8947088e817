import { describe, expect, it } from 'vitest';
import { fileName, shownAddress } from './address';
import { bytes, count, counted, duration, shortCount } from './numbers';
import { relativeTime } from './times';

describe('numbers', () => {
  it('groups digits and shortens from ten thousand on without claiming more than there is', () => {
    expect(count(12345)).toBe('12,345');
    expect(shortCount(9_999)).toBe('9,999');
    expect(shortCount(60_000)).toBe('60,000');
    expect(shortCount(1_299_999)).toBe('1.2 M');
    expect(shortCount(10_000_000)).toBe('10 M');
  });

  it('gives sizes in decimal units', () => {
    expect(bytes(0)).toBe('0 B');
    expect(bytes(3_400_000)).toBe('3.4 MB');
    expect(bytes(999_999)).toBe('1.0 MB');
    expect(bytes(250_000_000)).toBe('250 MB');
  });

  it('says durations coarsely and never zero', () => {
    expect(duration(0.2)).toBe('1 s');
    expect(duration(89)).toBe('89 s');
    expect(duration(125)).toBe('3 min');
    expect(duration(2 * 3600 + 600)).toBe('2 h 10 min');
  });

  it('puts the noun in its number', () => {
    expect(counted(1, 'asset', 'assets')).toBe('1 asset');
    expect(counted(0, 'asset', 'assets')).toBe('0 assets');
  });
});

describe('times', () => {
  const noon = Date.parse('2026-03-01T12:00:00Z');

  it('says what is near in words and what is far by its date', () => {
    expect(relativeTime('2026-03-01T11:59:50Z', noon)).toBe('just now');
    expect(relativeTime('2026-03-01T11:57:00Z', noon)).toBe('3 minutes ago');
    expect(relativeTime('2026-02-28T12:00:00Z', noon)).toBe('yesterday');
    expect(relativeTime('2025-11-02T12:00:00Z', noon)).toBe('2 Nov 2025');
  });

  it('leaves what is not a time as it is', () => {
    expect(relativeTime('soon', noon)).toBe('soon');
  });
});

describe('addresses', () => {
  it.each([
    ['https://acme.s3.eu-central-1.amazonaws.com/street/file%202.jpg', 'acme', 'street/file 2.jpg'],
    ['https://acme.photos.s3.amazonaws.com/a.jpg', 'acme.photos', 'a.jpg'],
    ['https://s3.eu-west-1.amazonaws.com/acme/a+b.jpg', 'acme', 'a+b.jpg'],
    ['https://acme.s3-us-west-2.amazonaws.com/a', 'acme', 'a'],
    ['https://acme.s3.cn-north-1.amazonaws.com.cn/a', 'acme', 'a'],
    ['s3://acme/m%C3%BCnzen.jpg', 'acme', 'münzen.jpg'],
    ['https://example.org/pictures/clock%20100%25.png', 'example.org', 'pictures/clock 100%.png'],
  ])('reads %s', (data, bucket, key) => {
    expect(shownAddress(data)).toEqual({ bucket, key });
  });

  it('keeps a key that is not valid percent-encoding as it is written', () => {
    expect(shownAddress('https://acme.s3.amazonaws.com/100%.jpg').key).toBe('100%.jpg');
  });

  it('keeps double slashes of a key', () => {
    expect(shownAddress('https://acme.s3.amazonaws.com//a//b').key).toBe('/a//b');
  });

  it('names a file by the last part of its key', () => {
    expect(fileName('s3://acme/street/night/0042.jpg')).toBe('0042.jpg');
  });
});
