import { describe, expect, it } from 'vitest';
import { reasonsOf, sentences } from './reasons';

describe('a reason', () => {
  it.each([
    [
      'the address has no key: write it after the bucket',
      'The address has no key. Write it after the bucket.',
    ],
    [
      '"a: b" is not a URL: write https://… or s3://bucket/key',
      '"a: b" is not a URL. Write https://… or s3://bucket/key.',
    ],
    [
      'the storage lets nothing in: it is not verified: test it',
      'The storage lets nothing in. It is not verified. Test it.',
    ],
    ['The row is no object.', 'The row is no object.'],
    ['width is "3 px', 'Width is "3 px.'],
  ])('%s', (message, told) => expect(sentences(message)).toBe(told));
});

describe('refused rows', () => {
  const row = (index: number, code: string, message: string, field = 'data') => ({
    index,
    code,
    message,
    field,
  });

  it('are gathered by what is wrong with which field', () => {
    const rows = [
      row(0, 'address.scheme', '"ftp:" is not imported'),
      row(1, 'row.too_long', 'the row is too long', ''),
      row(2, 'address.scheme', '"gs:" is not imported'),
      ...[4, 5, 6, 9].map((index) => row(index, 'address.scheme', '"ftp:" is not imported')),
      row(9, 'address.scheme', '"ftp:" is not imported', 'dataset'),
    ];
    const told = { code: 'address.scheme', sentence: '"ftp:" is not imported.' };
    expect(reasonsOf(rows)).toEqual([
      { ...told, field: 'data', rows: 6, which: '1, 3, 5–7, 10', example: 1 },
      {
        code: 'row.too_long',
        field: '',
        rows: 1,
        which: '2',
        sentence: 'The row is too long.',
        example: null,
      },
      { ...told, field: 'dataset', rows: 1, which: '10', example: null },
    ]);
  });

  it('that are many are not all counted up', () => {
    const rows = Array.from({ length: 20 }, (_, n) => row(n * 2, 'x', 'no'));
    expect(reasonsOf(rows)[0]?.which).toBe('1, 3, 5, 7, 9, 11, …');
  });
});
