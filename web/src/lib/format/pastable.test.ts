import { expect, it } from 'vitest';
import { pastable } from './pastable';

it('writes what AWS reads, and means the same', () => {
  const document = { Resource: ['arn:aws:s3:::photos/写真/*', 'arn:aws:s3:::photos/été/🐈*'] };
  const text = pastable(document);
  expect(text).toContain('photos/\\u5199\\u771f/*');
  expect(text).toContain('photos/été/\\ud83d\\udc08*');
  expect(JSON.parse(text)).toEqual(document);
});
