import { expect, it } from 'vitest';
import { Backs } from './back';

/** A tab with these pages, of which the last is open; those of another site are foreign. */
function tab(...pages: ('own' | 'foreign')[]) {
  const entries = pages.map((page, index) => ({ key: `${index}`, index, sameDocument: page === 'own' }));
  let at = entries.length - 1;
  const asked: string[] = [];
  const backs = new Backs({
    here: () => entries[at] ?? null,
    before: () => entries[at - 1] ?? null,
    add: () => {
      asked.push('add');
      at += 1;
      entries.splice(at, entries.length, { key: `spare ${at}`, index: at, sameDocument: true });
    },
    back: () => asked.push('back'),
    forward: () => asked.push('forward'),
  });
  const step = (by: number) => {
    backs.moved(entries[at]?.key ?? '');
    at += by;
    return backs.stepped();
  };
  return { backs, step, asked };
}

it('closes what lies on top of the first page, and comes forth again for what lies below', () => {
  const { backs, step, asked } = tab('foreign', 'own');
  const closed: string[] = [];
  const below = backs.opened(() => closed.push('below'));
  const above = backs.opened(() => {
    closed.push('above');
    above();
  });
  expect(step(-1)).toBe(true);
  expect(step(+1)).toBe(false);
  expect(step(-1)).toBe(true);
  expect(step(+1)).toBe(false);
  below();
  expect(closed).toEqual(['above', 'below']);
  expect(asked).toEqual(['add', 'forward', 'forward']);
});

it('goes on out of the site when nothing lies over the page any more', () => {
  const { backs, step, asked } = tab('foreign', 'own');
  backs.opened(() => {})();
  expect(step(-1)).toBe(false);
  expect(asked).toEqual(['add', 'back']);
});

it('leaves Back alone where a page of the site lies before', () => {
  const { backs, step, asked } = tab('own', 'own');
  backs.opened(() => expect.unreachable());
  expect(step(-1)).toBe(false);
  expect(asked).toEqual([]);
});

it('adds one entry for all that is opened', () => {
  const { backs, asked } = tab('own');
  backs.opened(() => {})();
  backs.opened(() => {})();
  expect(asked).toEqual(['add']);
});
