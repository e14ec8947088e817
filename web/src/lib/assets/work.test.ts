import { expect, it } from 'vitest';
import { readSchema } from '$lib/editor/schema/schema';
import { labeledIn } from './work';

const schema = readSchema({
  tools: [
    { schemaId: 'c1', title: 'car', tool: 'polygon', color: '#112233' },
    { schemaId: 'c2', title: '', tool: 'point', color: '#445566' },
    { schemaId: 'c3', title: 'tree', tool: 'polygon' },
  ],
});
const object = (schemaId: string, title: string) => ({ schemaId, title, objectId: 'o' });

it('counts the objects of each class in the order of the schema, and those of classes that are gone', () => {
  const tools = [object('gone', 'bus'), object('c2', ''), object('c1', 'Car'), object('c1', 'Car')];
  const { classes, questions } = labeledIn({ tools, classifications: [{ schemaId: 'q' }] }, schema);
  expect(classes.map(({ title, color, count }) => [title, color, count])).toEqual([
    ['car', '#112233', 2],
    ['point', '#445566', 1],
    ['bus', '#8a8a99', 1],
  ]);
  expect(questions).toBe(1);
});

it('finds nothing in an answer that is empty or not there', () => {
  expect(labeledIn({ tools: [], classifications: [] }, schema)).toEqual({ classes: [], questions: 0 });
  expect(labeledIn({}, schema)).toEqual({ classes: [], questions: 0 });
});
