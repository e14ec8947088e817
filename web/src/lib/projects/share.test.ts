import { expect, it } from 'vitest';
import { share } from './share';

it('says nothing for none, all for all, and neither before', () => {
  expect(share(0, 0)).toBe('0 %');
  expect(share(0, 10)).toBe('0 %');
  expect(share(1, 1_000_000)).toBe('<1 %');
  expect(share(997, 1000)).toBe('99 %');
  expect(share(10, 10)).toBe('100 %');
  expect(share(1, 3)).toBe('33 %');
});
