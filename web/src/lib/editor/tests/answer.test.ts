import { describe, expect, it } from 'vitest';
import type { Point } from '../geometry/point';
import { box, polygon, SCHEMA, Try } from './try';

/** One of everything that may come, written as others write it. */
const FOREIGN = {
  tools: [
    {
      'bounding-box': { x: 300.123456, y: 200, width: -100.5, height: -50, anchor: 'bottom' },
      objectId: 'negative',
      schemaId: 'c-car',
    },
    {
      polygon: [
        [1.23456789, 2],
        [30, 4.000001],
        [5, 60],
      ],
      objectId: 'fine',
      schemaId: 'c-lake',
      title: 'lake',
    },
    {
      'rotated-bounding-box': { x: 1, y: 2, width: 3, height: 4, rotation: 30 },
      objectId: 'turned',
      page: 0,
    },
    {
      segmentation: {
        zones: [
          {
            region: [
              [0, 0],
              [9, 0],
              [9, 9],
            ],
            holes: [],
          },
        ],
      },
      objectId: 'zones',
    },
    { polygon: 'not points', objectId: 'broken', schemaId: 'c-lake' },
    { point: [5, 6, 7], objectId: 'deep', schemaId: 'gone', ocr: { text: 'Ünï' }, classifications: 'odd' },
    { objectId: '', metadata: null, lock: 'yes' },
  ],
  classifications: [{ schemaId: 'asked before', answer: ['x'], extra: { deep: [1, { a: null }] } }],
  relations: [{ objectId: 'r', from: 'fine', to: 'elsewhere', direction: 'straight' }],
  brushDataUrl: null,
  revision: 7,
};

describe('an answer', () => {
  it('that nobody changed is written as it came, unknown things and all', () => {
    const text = JSON.stringify(FOREIGN);
    const t = new Try({ answer: JSON.parse(text) });
    const { tools, classifications, relations, ...extra } = t.core.toAnswer();
    expect(JSON.stringify({ tools, classifications, relations, ...extra })).toBe(text);
  });

  it('is read from objects as from tools', () => {
    const { tools, ...rest } = FOREIGN;
    const t = new Try({ answer: { objects: tools, ...rest } });
    expect(t.core.toAnswer()).toEqual(FOREIGN);
  });

  it.each([[null], [undefined], ['text'], [{ tools: 7, classifications: null }]])(
    'made of %j is an empty one',
    (json) => {
      const t = new Try({ answer: json ?? undefined, schema: json });
      expect(t.tools).toEqual([]);
    },
  );

  it('keeps what it did not change when one object is moved, and what is unknown in that one', () => {
    const t = new Try({ answer: FOREIGN });
    t.core.select([t.keyAt(0)]);
    t.press('ArrowRight');
    const [moved, ...others] = t.tools;
    expect(moved).toEqual({
      'bounding-box': { x: 200.62, y: 150, width: 100.5, height: 50, anchor: 'bottom' },
      objectId: 'negative',
      schemaId: 'c-car',
      metadata: { updatedAt: 1000 },
    });
    expect(JSON.stringify(others)).toBe(JSON.stringify(FOREIGN.tools.slice(1)));
    t.press('Ctrl+Z');
    expect(t.core.toAnswer()).toEqual(FOREIGN);
    expect(t.tools[0]).toBe(FOREIGN.tools[0]);
  });

  it('keeps every digit of the vertices that were not moved', () => {
    const t = new Try({ answer: FOREIGN });
    t.core.select([t.keyAt(1)]);
    t.press('Enter', '.', 'ArrowRight');
    expect(t.geometries('polygon')[0]).toEqual([
      [1.23456789, 2],
      [31, 4],
      [5, 60],
    ]);
  });

  it('names objects of deleted classes Unknown, shows them, and lets them go only when told', () => {
    const t = new Try({ answer: FOREIGN });
    expect(t.core.problems().filter(({ code }) => code === 'answer.class_unknown')).toHaveLength(4);
    t.click([5, 6]);
    expect(t.selectedIds).toEqual(['deep']);
    t.press('Delete');
    expect(t.tools).toHaveLength(6);
  });

  it('can be replaced: the history ends, what was hidden stays hidden', () => {
    const t = new Try({ tools: [box('a', 0, 0, 10, 10), box('b', 50, 0, 10, 10)] });
    t.click([5, 5]).press('ArrowRight', 'h');
    t.core.replaceAnswer({ tools: [box('b', 80, 0, 10, 10), box('a', 20, 0, 10, 10)] });
    expect(t.core.history.undoLabel).toBeNull();
    expect([...t.core.hidden]).toEqual([t.keyAt(1)]);
    expect(t.click([85, 5]).selectedIds).toEqual(['b']);
    // Nothing of the old answer is found any more.
    expect(t.click([5, 5]).selectedIds).toEqual([]);
  });
});

describe('problems', () => {
  it('are told of objects that are not what they seem, without holding back', () => {
    const line: Point[] = [
      [0, 0],
      [10, 10],
    ];
    const t = new Try({
      tools: [box('thin', 10, 10, 0, 20), box('out', 990, 10, 20, 20), polygon('two', line)],
    });
    expect(t.core.problems().map(({ code, objectId, isBlocking }) => [code, objectId, isBlocking])).toEqual([
      ['answer.no_area', 'thin', false],
      ['answer.outside_picture', 'out', false],
      ['answer.too_few_points', 'two', false],
    ]);
  });

  it('hold back while something required is missing, and go with it', () => {
    const tools = SCHEMA.tools.map((one) => ({
      ...one,
      required: ['c-tree', 'c-mist'].includes(one.schemaId),
    }));
    const classifications = [
      { tool: 'text', title: 'Plate', schemaId: 'q', required: true, regex: '[A-Z]{2}\\d+' },
    ];
    const t = new Try({ schema: { tools, classifications } });
    const codes = () =>
      t.core.problems().map(({ code, path, isBlocking }) => [code, path.join(), isBlocking]);
    expect(codes()).toEqual([
      ['answer.required_object', 'c-tree', true],
      ['answer.required_question', 'q', true],
    ]);
    t.run('tool.point');
    t.click([5, 5]);
    expect(codes()).toEqual([['answer.required_question', 'q', true]]);
  });

  it('never hold back for what nobody can draw or be asked yet', () => {
    const required = (tool: string) => ({ tool, title: tool, schemaId: tool, required: true });
    const kinds = ['segmentation', 'rotated-bounding-box', 'ner', 'pdf', 'brush', 'pct', 'spline', 'polygon'];
    const ranked = { ...required('rank'), options: [{ value: 'one', schemaId: 'one' }] };
    const asked = ['instance', 'radio', 'text', 'boolean'].map(required);
    const t = new Try({ schema: { tools: kinds.map(required), classifications: [ranked, ...asked] } });
    expect(t.core.problems().map(({ path }) => path.join())).toEqual(['polygon', 'text', 'boolean']);
  });
});
