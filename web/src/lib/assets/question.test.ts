import { expect, it } from 'vitest';
import { changed, filtersOf, isFiltered, readQuestion, writeQuestion } from './question';

const query = (text: string) => new URLSearchParams(text);

it('survives the way through the address of the page', () => {
  const text = 'externalId=a%2Bb+c&batch=night&batch=rain&storage=s1&state=deleted&sort=externalId';
  expect(writeQuestion(query(''), readQuestion(query(text))).toString()).toBe(text);
});

it('keeps every filter in the address, and leaves out what is no word or no day', () => {
  const text =
    'labels=with&stage=Review&status=Labeled&review=Fixed&assignee=ada%40x.test&importedFrom=2026-01-31&completedTo=2026-02-01';
  expect(writeQuestion(query(''), readQuestion(query(text))).toString()).toBe(text);
  const wrong = readQuestion(query('stage=Packing&status=x&review=y&importedFrom=soon&labels=some'));
  expect(writeQuestion(query(''), wrong).toString()).toBe('');
});

it('means whole days where the reader is', () => {
  const { createdAt, completedAt, assignee } = filtersOf(
    readQuestion(query('importedFrom=2026-01-31&importedTo=2026-01-31&assignee=-')),
  );
  const [from, until] = [createdAt?.$gte, createdAt?.$lt].map((time) => new Date(time ?? 0));
  expect([from?.getDate(), from?.getHours(), until?.getDate(), until?.getHours()]).toEqual([31, 0, 1, 0]);
  expect([completedAt, assignee]).toEqual([undefined, 'nobody']);
});

it('leaves defaults out and other parameters in', () => {
  const written = writeQuestion(query('view=table&sort=externalId'), readQuestion(query('')));
  expect(written.toString()).toBe('view=table');
});

it('keeps conditions on answers in the address, whatever their ids are made of', () => {
  const text = ['answer=cat', 'answer=mood%3Acalm%3Anot', 'answer=a%2520b%253A%3A%3Anot'].join('&');
  const { answers } = readQuestion(query(text));
  expect(answers).toEqual([
    { schemaId: 'cat', exists: true },
    { schemaId: 'mood', option: 'calm', exists: false },
    { schemaId: 'a b:', exists: false },
  ]);
  expect(writeQuestion(query(''), readQuestion(query(text))).toString()).toBe(text);
  expect(filtersOf(readQuestion(query('answer=&answer=%25&answer=cat')))).toEqual({
    answers: [{ schemaId: 'cat', exists: true }],
  });
});

it('takes of an answer that the address names twice what it says last', () => {
  const { answers } = readQuestion(query('answer=cat&answer=mood:calm&answer=cat&answer=mood:calm:not'));
  expect(answers).toEqual([
    { schemaId: 'cat', exists: true },
    { schemaId: 'mood', option: 'calm', exists: false },
  ]);
});

it('does not take a sort that it does not know', () => {
  expect(readQuestion(query('sort=size')).sort).toBe('-createdAt');
});

it('narrows to what is complete with the order by completion, and leaves that order with the filter', () => {
  const any = readQuestion(query('batch=night'));
  const sorted = changed(any, { sort: '-completedAt' });
  expect([sorted.sort, sorted.stage, sorted.batches]).toEqual(['-completedAt', 'Complete', ['night']]);
  expect(changed(sorted, { batches: [] }).sort).toBe('-completedAt');
  const slow = changed(any, { sort: '-duration' });
  expect([slow.sort, slow.stage, changed(slow, { stage: '' }).sort]).toEqual([
    '-duration',
    'Complete',
    '-createdAt',
  ]);
  expect(changed(sorted, { stage: '' }).sort).toBe('-createdAt');
  expect(changed(sorted, { sort: 'externalId' }).stage).toBe('Complete');
  expect(readQuestion(writeQuestion(query(''), sorted))).toEqual(sorted);
});

it('asks the hub only for what was chosen', () => {
  expect(filtersOf(readQuestion(query('')))).toEqual({});
  expect(isFiltered(readQuestion(query('sort=externalId')))).toBe(false);
  expect(filtersOf(readQuestion(query('batch=night&state=deleted')))).toEqual({
    batches: ['night'],
    state: 'deleted',
  });
});
