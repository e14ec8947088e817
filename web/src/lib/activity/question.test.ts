import { expect, it } from 'vitest';
import { changeFilter, isFiltered, readQuestion, urlFilter, writeQuestion } from './question';

const read = (text: string) => readQuestion(new URLSearchParams(text));

it('keeps what is asked in the address, and only what the record can be asked by', () => {
  for (const text of [
    '',
    'person=1&kind=storage&from=2026-01-31',
    'view=urls&project=2&asset=3&to=2026-02-01',
  ]) {
    expect(writeQuestion(read(text)).toString()).toBe(text);
  }
  expect(writeQuestion(read('view=urls&kind=storage&subject=project:1')).toString()).toBe('view=urls');
  expect(isFiltered(read('view=urls&kind=storage'))).toBe(false);
  expect(isFiltered(read('kind=storage'))).toBe(true);
});

it('asks for whole days, the last one included', () => {
  const { from, to } = changeFilter(read('from=2026-01-31&to=2026-01-31'));
  expect(new Date(to ?? '').getTime() - new Date(from ?? '').getTime()).toBe(24 * 60 * 60 * 1000);
  expect(new Date(from ?? '').getDate()).toBe(31);
});

it('leaves out what is not asked, and what is no day', () => {
  expect(changeFilter(read('from=yesterday'))).toEqual({
    actor: undefined,
    action: undefined,
    subject: undefined,
    from: undefined,
    to: undefined,
  });
  expect(urlFilter(read('view=urls&person=1')).user).toBe('1');
});
