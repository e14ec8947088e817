import { expect, it } from 'vitest';
import { filtersOf, isFiltered, readQuestion, writeQuestion } from './question';

const query = (text: string) => new URLSearchParams(text);

it('survives the way through the address of the page', () => {
  const text = 'externalId=a%2Bb+c&batch=night&batch=rain&storage=s1&state=deleted&sort=externalId';
  expect(writeQuestion(query(''), readQuestion(query(text))).toString()).toBe(text);
});

it('leaves defaults out and other parameters in', () => {
  const written = writeQuestion(query('view=table&sort=externalId'), readQuestion(query('')));
  expect(written.toString()).toBe('view=table');
});

it('does not take a sort that it does not know', () => {
  expect(readQuestion(query('sort=size')).sort).toBe('-createdAt');
});

it('asks the hub only for what was chosen', () => {
  expect(filtersOf(readQuestion(query('')))).toEqual({});
  expect(isFiltered(readQuestion(query('sort=externalId')))).toBe(false);
  expect(filtersOf(readQuestion(query('batch=night&state=deleted')))).toEqual({
    batches: ['night'],
    state: 'deleted',
  });
});
