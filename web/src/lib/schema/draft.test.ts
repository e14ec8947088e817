import { expect, it } from 'vitest';
import { SchemaDraft } from './draft.svelte';

const option = (value: string) => ({ value, schemaId: value });
const question = (title: string, parentOptionId?: string) => ({
  tool: 'radio',
  title,
  schemaId: title,
  classifications: [],
  options: [],
  ...(parentOptionId && { parentOptionId }),
});
const weather = {
  ...question('weather'),
  options: [option('sun'), option('rain')],
  classifications: [question('shade', 'sun'), question('much', 'rain'), question('why')],
};
const drafted = () =>
  new SchemaDraft({ tools: [], classifications: [question('first'), weather, question('last')] });

it('puts back what was taken out where it was, also when something was added meanwhile', () => {
  const draft = drafted();
  const list = draft.schema.classifications;
  const back = draft.remove(list, 1);
  draft.add(list, question('new') as (typeof list)[number]);
  expect(list.map(({ title }) => title)).toEqual(['first', 'last', 'new']);
  expect(back()).toBe(true);
  expect(list.map(({ title }) => title)).toEqual(['first', 'weather', 'last', 'new']);
});

it('puts an option back with the questions that it makes appear', () => {
  const draft = drafted();
  const before = JSON.stringify(draft.schema);
  const asked = draft.schema.classifications[1];
  if (!asked) throw new Error('The draft lost its question.');
  const back = draft.removeOption(asked, 0);
  expect(asked.options.map(({ value }) => value)).toEqual(['rain']);
  expect(asked.classifications.map(({ title }) => title)).toEqual(['much', 'why']);
  expect([back(), JSON.stringify(draft.schema)]).toEqual([true, before]);
  expect(draft.isChanged).toBe(false);
});

it('puts nothing into a schema that has taken the place of another', () => {
  const draft = drafted();
  const back = draft.remove(draft.schema.classifications, 0);
  draft.load(draft.toJson());
  expect(back()).toBe(false);
  expect(draft.schema.classifications).toHaveLength(2);
});
