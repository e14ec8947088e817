import { expect, it } from 'vitest';
import { splitAt } from './middle';

const parts = (text: string, tail: number) => {
  const at = splitAt(text, tail);
  return [text.slice(0, at), text.slice(at)];
};

it('keeps the end of whatever is longer than it', () => {
  expect(parts('cam39/frame_190001.jpg', 10)).toEqual(['cam39/frame_', '190001.jpg']);
  expect(parts('frame_00190.jpg', 10)).toEqual(['frame', '_00190.jpg']);
});

it('leaves a short name in one piece', () => {
  expect(parts('rocket.jpg', 10)).toEqual(['rocket.jpg', '']);
  expect(parts('clock 100%.png', 10)).toEqual(['clock 100%.png', '']);
});
