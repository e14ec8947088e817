import { expect, it } from 'vitest';
import { readSchema } from '$lib/editor/schema/schema';
import { entriesOf, matching, titleOf, toggled, wantedOf } from './answerTree';

const option = (value: string, schemaId: string) => ({ value, schemaId });
const signs = { tool: 'checkbox', title: 'Signs', schemaId: 'signs', options: [option('Ears', 'ears')] };
const schema = readSchema({
  tools: [
    {
      tool: 'bounding-box',
      title: 'Cat',
      schemaId: 'cat',
      color: '#112233',
      classifications: [{ tool: 'boolean', title: 'Hidden', schemaId: 'hidden' }],
    },
    { tool: 'polygon', title: 'Not saved yet' },
  ],
  classifications: [
    {
      tool: 'radio',
      title: 'Mood',
      schemaId: 'mood',
      options: [option('Calm', 'calm'), option('Wild', 'wild')],
      classifications: [
        { ...signs, parentOptionId: 'wild' },
        { tool: 'text', title: '', schemaId: 'note' },
      ],
    },
    {
      tool: 'tree-dropdown',
      title: 'Place',
      schemaId: 'place',
      options: [option('House', 'house'), option('House / Roof', 'roof')],
      treeOptions: [{ title: 'House', children: [{ title: 'Roof' }] }],
    },
  ],
});
const entries = entriesOf(schema);

it('lists the schema as its tree: questions below their class, option or question', () => {
  expect(entries.map(({ depth, name }) => '  '.repeat(depth) + name)).toEqual([
    'Cat',
    '  Hidden',
    '    true',
    '    false',
    'Mood',
    '  Calm',
    '  Wild',
    '    Signs',
    '      Ears',
    '  text',
    'Place',
    '  House',
    '    Roof',
  ]);
  expect(entries[0]?.color).toBe('#112233');
});

it('finds by name, and shows what stands above', () => {
  expect(matching(entries, ' ears ').map(({ name }) => name)).toEqual(['Mood', 'Wild', 'Signs', 'Ears']);
  expect(matching(entries, 'dog')).toEqual([]);
  expect(matching(entries, '')).toBe(entries);
});

it('chooses, turns round and takes away', () => {
  const calm = { schemaId: 'mood', option: 'calm' };
  const one = toggled([{ schemaId: 'cat', exists: true }], calm, true);
  expect(one).toEqual([
    { schemaId: 'cat', exists: true },
    { ...calm, exists: true },
  ]);
  expect(entries.map((entry) => wantedOf(one, entry)).filter((wanted) => wanted !== undefined)).toEqual([
    true,
    true,
  ]);
  expect(toggled(one, calm, false)).toEqual([
    { schemaId: 'cat', exists: true },
    { ...calm, exists: false },
  ]);
  expect(toggled(one, calm, true)).toEqual([{ schemaId: 'cat', exists: true }]);
});

it('calls a choice by its question, and what is not there any more by its id', () => {
  const titles = [
    { schemaId: 'cat' },
    { schemaId: 'place', option: 'roof' },
    { schemaId: 'mood', option: 'sad' },
    { schemaId: 'gone' },
  ];
  expect(titles.map((one) => titleOf(entries, { ...one, exists: true }))).toEqual([
    'Cat',
    'Place: House / Roof',
    'Mood: sad',
    'gone',
  ]);
});
