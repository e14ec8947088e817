import { expect, it } from 'vitest';
import { asked, isFiltered, readQuestion, writeQuestion } from './question';

const round = (text: string) => writeQuestion(readQuestion(new URLSearchParams(text))).toString();

it('keeps filters and page in the address, and the address short', () => {
  expect(round('')).toBe('');
  const all = 'stage=Review&assignee=ada%40acme.org&batch=a&batch=b&externalId=cat&page=3';
  expect(round(all)).toBe(all);
});

it('reads nonsense as nothing', () => {
  expect(readQuestion(new URLSearchParams('stage=Start&page=-1'))).toMatchObject({ stage: '', page: 1 });
  expect(readQuestion(new URLSearchParams('page=two')).page).toBe(1);
});

it('asks for nobody as an empty assignee', () => {
  expect(asked(readQuestion(new URLSearchParams('assignee=-')))).toEqual({
    page: 1,
    limit: 50,
    assignee: '',
  });
  expect(asked(readQuestion(new URLSearchParams()))).toEqual({ page: 1, limit: 50 });
});

it('does not take a page for a filter', () => {
  expect(isFiltered(readQuestion(new URLSearchParams('page=2')))).toBe(false);
  expect(isFiltered(readQuestion(new URLSearchParams('batch=a')))).toBe(true);
});
