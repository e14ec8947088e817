import { expect, it } from 'vitest';
import { pageInstead } from './pages';

it('leads from behind the last page to the last one, and from nowhere else', () => {
  expect(pageInstead({ page: 9, perPage: 50, rows: 0, total: 101 })).toBe(3);
  expect(pageInstead({ page: 2, perPage: 50, rows: 0, total: 50 })).toBe(1);
  expect(pageInstead({ page: 3, perPage: 50, rows: 1, total: 101 })).toBeUndefined();
  expect(pageInstead({ page: 9, perPage: 50, rows: 0, total: 0 })).toBeUndefined();
  expect(pageInstead({ page: 1, perPage: 50, rows: 0, total: 7 })).toBeUndefined();
  // What goes while it is counted leads to the front, not in circles.
  expect(pageInstead({ page: 3, perPage: 50, rows: 0, total: 101 })).toBe(2);
});
