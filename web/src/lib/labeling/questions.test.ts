import { expect, it } from 'vitest';
import {
  answered,
  missing,
  optionsOf,
  questionsOf,
  readSchema,
  type Category,
  type Given,
} from './questions';

const weather: Category = {
  tool: 'radio',
  title: 'Weather',
  schemaId: 'weather',
  required: true,
  options: [
    { value: 'Sun', schemaId: 'sun' },
    { value: 'Rain', schemaId: 'rain' },
  ],
  classifications: [
    {
      tool: 'text',
      title: 'How much',
      schemaId: 'much',
      required: true,
      parentOptionId: 'rain',
      regex: '^[0-9]+ mm$',
    },
  ],
};
const things: Category = {
  tool: 'checkbox',
  title: 'Things',
  schemaId: 'things',
  options: [
    { value: 'Car', schemaId: 'car' },
    { value: 'Dog', schemaId: 'dog' },
  ],
};
const umbrella: Category = {
  tool: 'boolean',
  title: 'Umbrella',
  schemaId: 'umbrella',
  parentOptionId: 'rain',
};
const all = [weather, things, umbrella];

const titles = (given: Given[]) => {
  const walk = (questions: ReturnType<typeof questionsOf>): string[] =>
    questions.flatMap(({ category, nested }) => [category.title, ...walk(nested)]);
  return walk(questionsOf(all, given));
};

it('shows a conditional question only while its option is chosen, nested or beside', () => {
  expect(titles([])).toEqual(['Weather', 'Things']);
  const rainy = answered([], all, ['weather'], ['rain']);
  expect(titles(rainy)).toEqual(['Weather', 'How much', 'Things', 'Umbrella']);
});

it('writes one choice as a text and several as a list', () => {
  expect(answered([], all, ['weather'], ['sun'])).toEqual([
    { schemaId: 'weather', tool: 'radio', title: 'Weather', classifications: [], answer: 'sun' },
  ]);
  expect(answered([], all, ['things'], ['car', 'dog'])[0]?.answer).toEqual(['car', 'dog']);
});

it('drops the answers of questions that are gone, and keeps those that the schema does not know', () => {
  const foreign: Given = { schemaId: 'deleted-class', answer: 'kept' };
  let given = answered([foreign], all, ['weather'], ['rain']);
  given = answered(given, all, ['weather', 'much'], ['3 mm']);
  given = answered(given, all, ['umbrella'], ['true']);
  expect(given).toHaveLength(3);
  given = answered(given, all, ['weather'], ['sun']);
  expect(given.map(({ schemaId }) => schemaId)).toEqual(['deleted-class', 'weather']);
  expect(given[1]?.classifications).toEqual([]);
  expect(answered(given, all, ['weather'], [])).toEqual([foreign]);
});

it('keeps what else stands in an answer', () => {
  const given: Given[] = [{ schemaId: 'weather', answer: 'sun', page: 3, metadata: { createdBy: 'ada' } }];
  expect(answered(given, all, ['weather'], ['rain'])[0]).toMatchObject({
    answer: 'rain',
    page: 3,
    metadata: { createdBy: 'ada' },
  });
});

it('reads answers that hold the values of options instead of their ids', () => {
  expect(questionsOf(all, [{ schemaId: 'weather', answer: 'Rain' }])[0]?.chosen).toEqual(['rain']);
});

it('names what is missing and what does not fit', () => {
  const check = (given: Given[]) => missing(questionsOf(all, given));
  expect(check([])).toEqual([{ title: 'Weather', why: 'required' }]);
  let given = answered([], all, ['weather'], ['rain']);
  expect(check(given)).toEqual([{ title: 'How much', why: 'required' }]);
  given = answered(given, all, ['weather', 'much'], ['a lot']);
  expect(check(given)).toEqual([{ title: 'How much', why: 'pattern' }]);
  given = answered(given, all, ['weather', 'much'], ['12 mm']);
  expect(check(given)).toEqual([]);
});

it('names the branches of a tree by their paths', () => {
  const tree: Category = {
    tool: 'tree-dropdown',
    title: 'Species',
    schemaId: 'species',
    treeOptions: [{ title: 'Dog', key: 'd', children: [{ title: 'Poodle', key: 'p' }] }],
  };
  expect(optionsOf(tree)).toEqual([
    { value: 'Dog', schemaId: 'd' },
    { value: 'Dog / Poodle', schemaId: 'p' },
  ]);
});

it('reads whatever a project has as a schema', () => {
  expect(readSchema(null)).toEqual({ tools: [], classifications: [], relations: [] });
  expect(readSchema({ tools: [{ tool: 'polygon' }, things] }).tools).toEqual([things]);
});
