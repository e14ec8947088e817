import { expect, it } from 'vitest';
import { Selection } from './selection.svelte';

const all = ['a', 'b', 'c', 'd', 'e'].map((_id) => ({ _id }));

it('turns one on and off', () => {
  const selection = new Selection();
  selection.toggle(all, 1);
  expect([...selection.ids]).toEqual(['b']);
  selection.toggle(all, 1);
  expect(selection.count(5)).toBe(0);
});

it('spans a range in both directions', () => {
  const selection = new Selection();
  selection.toggle(all, 3);
  selection.toggle(all, 1, true);
  expect([...selection.ids].sort()).toEqual(['b', 'c', 'd']);
});

it('takes a range away as well', () => {
  const selection = new Selection();
  selection.addAll(all);
  selection.toggle(all, 0);
  selection.toggle(all, 2, true);
  expect([...selection.ids].sort()).toEqual(['d', 'e']);
});

it('keeps what was selected on one page while another is selected and left', () => {
  const selection = new Selection();
  const [page, next] = [all.slice(0, 2), all.slice(2)];
  selection.addAll(page);
  selection.toggle(page, 0);
  selection.forgetLast();
  selection.toggle(next, 2, true);
  selection.addAll(next.slice(0, 2));
  expect([...selection.ids].sort()).toEqual(['b', 'c', 'd', 'e']);
  selection.removeAll(next);
  expect([...selection.ids]).toEqual(['b']);
});

it('means everything that matches, loaded or not, but for those that are taken out again', () => {
  const selection = new Selection();
  selection.addAll(all);
  selection.selectEverything();
  expect([selection.count(12_480), selection.has('never loaded')]).toEqual([12_480, true]);
  selection.toggle(all, 2);
  selection.toggle(all, 4, true);
  expect([selection.count(12_480), selection.has('c'), selection.has('never loaded')]).toEqual([
    12_477,
    false,
    true,
  ]);
  selection.toggle(all, 3);
  expect([...selection.except].sort()).toEqual(['c', 'e']);
  expect([selection.any, selection.count(undefined)]).toEqual([true, undefined]);
  selection.clear();
  expect([selection.any, selection.except.size]).toEqual([false, 0]);
});
