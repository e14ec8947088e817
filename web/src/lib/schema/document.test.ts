import { describe, expect, it } from 'vitest';
import {
  hasOptions,
  holds,
  isTree,
  mistakes,
  newBranch,
  newClass,
  newQuestion,
  toDraft,
  toJson,
  untitledIn,
} from './document';

const none: ReadonlySet<string> = new Set();

describe('a schema to edit', () => {
  it('keeps every field and its order, and goes back as it came', () => {
    const sent = {
      zebra: 1,
      tools: [{ x: 1, tool: 'spline', title: 'a', schemaId: 's', classifications: [], options: [], y: [2] }],
      classifications: [],
      relations: [],
    };
    expect(JSON.stringify(toJson(toDraft(sent)))).toBe(JSON.stringify(sent));
  });

  it('gets the lists and ids that it lacks, and changes nothing that it was made of', () => {
    const sent = { tools: [{ tool: 'polygon', title: 'car' }] };
    const draft = toDraft(sent);
    expect(draft.tools[0]?.schemaId).toMatch(/^[0-9a-f]{24}$/);
    expect(draft.classifications).toEqual([]);
    expect(sent).toEqual({ tools: [{ tool: 'polygon', title: 'car' }] });
    expect(toDraft(null)).toEqual({ tools: [], classifications: [], relations: [] });
    expect(toDraft({ tools: 'none', classifications: [7] }).classifications).toEqual([]);
  });

  it('repeats a tree as options with their whole path', () => {
    const tree = newQuestion('tree-dropdown');
    const trunk = { ...newBranch(), title: 'Town', key: 'k1' };
    trunk.children.push({ ...newBranch(), title: 'Road', key: 'k2' });
    tree.treeOptions = [trunk];
    const written = toJson({ tools: [], classifications: [{ ...tree, title: 'place' }], relations: [] });
    expect(written.classifications[0]?.options).toEqual([
      { value: 'Town', schemaId: 'k1' },
      { value: 'Town / Road', schemaId: 'k2' },
    ]);
  });
});

describe('what has to be mended', () => {
  it('is a missing title, an empty value, a value twice', () => {
    const car = newClass('polygon', 0);
    const radio = { ...newQuestion('radio'), title: 'seen' };
    const [first, second] = radio.options;
    if (!first || !second) throw new Error('a radio begins with two options');
    Object.assign(first, { value: 'yes', schemaId: 'a' });
    Object.assign(second, { value: 'yes', schemaId: 'b' });
    car.classifications.push(radio);
    const schema = { tools: [car], classifications: [newQuestion('tree-dropdown')], relations: [] };
    const found = mistakes(schema, none);
    expect(found.get(car.schemaId)).toBe('title');
    expect(found.get('b')).toBe('twice');
    expect(found.get('a')).toBeUndefined();
    expect(holds(car, found), 'an option two levels below').toBe(true);
    expect(holds(newClass('point', 1), found)).toBe(false);
    expect([...found.values()].filter((mistake) => mistake === 'value')).toHaveLength(1);
  });

  it('is not a title that was missing before', () => {
    const schema = toDraft({ tools: [{ tool: 'point', title: '', schemaId: 'old' }] });
    expect(mistakes(schema, untitledIn(schema)).size).toBe(0);
    expect(mistakes(schema, none).get('old')).toBe('title');
  });
});

describe('a new class or question', () => {
  it('has a colour and a key of its own', () => {
    const [one, two] = [newClass('point', 0), newClass('point', 1)];
    expect(one.color).not.toBe(two.color);
    expect([one.shortcutKey, two.shortcutKey, newClass('point', 9).shortcutKey]).toEqual(['1', '2', '']);
    expect(one.schemaId).not.toBe(two.schemaId);
  });

  it('has what its kind needs', () => {
    expect(hasOptions(newQuestion('checkbox'))).toBe(true);
    expect(hasOptions(newQuestion('text'))).toBe(false);
    expect(isTree(newQuestion('tree-dropdown'))).toBe(true);
  });
});
