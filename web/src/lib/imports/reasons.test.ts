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
    [
      '`width` is 0; it must be from 1 to 1000000: correct it',
      '“width” is 0; it must be from 1 to 1,000,000. Correct it.',
    ],
  ])('%s', (message, told) => expect(sentences(message)).toBe(told));
});

describe('refused rows', () => {
  const row = (index: number, code: string, message: string, field = 'data') => ({
    severity: 'refused' as 'refused' | 'notice',
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
    const told = { severity: 'refused', code: 'address.scheme', sentence: '"ftp:" is not imported.' };
    expect(reasonsOf(rows)).toEqual([
      { ...told, field: 'data', rows: 6, which: '1, 3, 5–7, 10', example: 1 },
      {
        severity: 'refused',
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

  it('are told before what was only noticed, and never together with it', () => {
    const noticed = { ...row(0, 'row.unknown_field', 'left out', 'nickname'), severity: 'notice' as const };
    const rows = [
      noticed,
      row(1, 'row.unknown_field', 'left out', 'nickname'),
      row(2, 'address.scheme', 'no'),
    ];
    expect(reasonsOf(rows).map(({ severity, code, rows }) => [severity, code, rows])).toEqual([
      ['refused', 'row.unknown_field', 1],
      ['refused', 'address.scheme', 1],
      ['notice', 'row.unknown_field', 1],
    ]);
  });

  it('that are many are not all counted up', () => {
    const rows = Array.from({ length: 20 }, (_, n) => row(n * 2, 'x', 'no'));
    expect(reasonsOf(rows)[0]?.which).toBe('1, 3, 5, 7, 9, 11, …');
  });
});
