import { expect, it } from 'vitest';
import { estimatedRows, share } from './progress';

const seen = (over: object) => ({
  state: 'running' as const,
  bytesRead: 0,
  bytesTotal: 1000,
  rowsRead: 0,
  ...over,
});

it('tells the share that was read', () => {
  expect(share(seen({ bytesRead: 250 }))).toBe(0.25);
  expect(share(seen({ bytesTotal: null }))).toBeNull();
  expect(share(seen({ state: 'queued' }))).toBeNull();
  expect(share(seen({ state: 'completed' }))).toBe(1);
});

it('cannot tell a share while the hub still looks for the rows, and knows all of them afterwards', () => {
  const listing = seen({ bytesRead: 0, bytesTotal: 400, isListing: true, rowsListed: 300 });
  expect([share(listing), estimatedRows(listing)]).toEqual([null, null]);
  const listed = seen({ bytesRead: 100, rowsRead: 70, isListing: false, rowsListed: 12_345 });
  expect(estimatedRows(listed)).toBe(12_345);
});

it('estimates all rows with two digits, and only once it can', () => {
  expect(estimatedRows(seen({ bytesRead: 5, rowsRead: 3 }))).toBeNull();
  expect(estimatedRows(seen({ bytesRead: 412, rowsRead: 412_345 }))).toBe(1_000_000);
  expect(estimatedRows(seen({ state: 'completed', rowsRead: 12_345 }))).toBe(12_345);
});

it('never estimates fewer rows than were read', () => {
  expect(estimatedRows(seen({ bytesRead: 1000, rowsRead: 1049 }))).toBe(1049);
});
