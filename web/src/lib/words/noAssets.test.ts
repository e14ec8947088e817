import { expect, it } from 'vitest';
import { words } from './noAssets';

it('says of an External ID that an asset is found by its beginning, and whether other filters are on', () => {
  expect(words.noneStart('frame_000123', true)).toMatch(
    /^No External ID starts with “frame_000123”\. .*begins/,
  );
  expect(words.noneStart('x', false)).toContain('of what the other filters show starts with “x”');
});
