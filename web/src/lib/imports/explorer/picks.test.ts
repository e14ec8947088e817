import { expect, it } from 'vitest';
import { all, click, move, nothing } from './picks';

const names = ['a/', 'b/', 'c.jpg', 'd.jpg', 'e.jpg'];
const plain = { range: false, toggle: false };

it('picks one, then a range, then turns single ones over', () => {
  let picks = click(nothing, names, 1, plain);
  expect([...picks.picked]).toEqual(['b/']);
  picks = click(picks, names, 3, { range: true, toggle: false });
  expect([...picks.picked]).toEqual(['b/', 'c.jpg', 'd.jpg']);
  picks = click(picks, names, 0, { range: true, toggle: false });
  expect([...picks.picked]).toEqual(['a/', 'b/']);
  picks = click(picks, names, 4, { range: false, toggle: true });
  expect([...picks.picked]).toEqual(['a/', 'b/', 'e.jpg']);
  picks = click(picks, names, 0, { range: false, toggle: true });
  expect([...picks.picked]).toEqual(['b/', 'e.jpg']);
  picks = click(picks, names, 2, { range: true, toggle: true });
  expect([...picks.picked].sort()).toEqual(['a/', 'b/', 'c.jpg', 'e.jpg']);
  expect([...click(picks, names, 2, plain).picked]).toEqual(['c.jpg']);
});

it('moves within the list and extends from where it began', () => {
  let picks = move(nothing, names, 2, false);
  expect([picks.active, picks.picked.size]).toEqual([2, 0]);
  picks = move(picks, names, 4, true);
  expect([...picks.picked]).toEqual(['c.jpg', 'd.jpg', 'e.jpg']);
  picks = move(picks, names, 1, true);
  expect([...picks.picked]).toEqual(['b/', 'c.jpg']);
  expect(move(picks, names, 99, false).active).toBe(4);
  expect(move(picks, names, -1, false).active).toBe(0);
  expect(all(picks, names).picked.size).toBe(5);
  expect(click(picks, names, 7, plain)).toBe(picks);
});
