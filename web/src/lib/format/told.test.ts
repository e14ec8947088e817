import { expect, it } from 'vitest';
import { told } from './told';

it('names in quotation marks what stands in backticks', () => {
  expect(told('`width` is 0; correct it or leave `width` out')).toBe(
    '“width” is 0; correct it or leave “width” out',
  );
  expect(told('one ` alone')).toBe('one ` alone');
});

it('writes the ends of a range as numbers, and nothing else', () => {
  expect(told('a whole number from 1 to 1000000')).toBe('a whole number from 1 to 1,000,000');
  expect(told('from -1000 to 1000.')).toBe('from −1000 to 1000.');
  expect(told('the account 123456789012 from 10.0.0.1')).toBe('the account 123456789012 from 10.0.0.1');
});
