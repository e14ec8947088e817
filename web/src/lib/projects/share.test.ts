import { expect, it } from 'vitest';
import { shares } from './share';

it('says nothing for none, all for all, and neither before', () => {
  expect(shares([0, 0, 0])).toEqual(['0 %', '0 %', '0 %']);
  expect(shares([0, 5, 0])).toEqual(['0 %', '100 %', '0 %']);
  expect(shares([999_999, 1])).toEqual(['99 %', '<1 %']);
  expect(shares([997, 3, 0])).toEqual(['99 %', '<1 %', '0 %']);
});

it('shares a whole out, and equal parts equally', () => {
  expect(shares([14, 2, 0])).toEqual(['88 %', '12 %', '0 %']);
  expect(shares([2, 1])).toEqual(['67 %', '33 %']);
  expect(shares([1, 1, 1])).toEqual(['33 %', '33 %', '33 %']);
});
