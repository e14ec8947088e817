import { describe, expect, it } from 'vitest';
import type { Point } from '../geometry/point';
import { box, polygon, Try } from './try';

const SQUARE: readonly Point[] = [
  [100, 100],
  [300, 100],
  [300, 300],
  [100, 300],
];

describe('selecting', () => {
  const three = () =>
    new Try({ tools: [box('a', 0, 0, 100, 100), box('b', 200, 0, 100, 100), box('c', 400, 400, 100, 100)] });

  it('is done by a click, added to by Shift, ended by a click beside', () => {
    const t = three().click([50, 50]);
    expect(t.selectedIds).toEqual(['a']);
    t.click([250, 50], { shift: true });
    expect(t.selectedIds).toEqual(['a', 'b']);
    t.click([50, 50], { shift: true });
    expect(t.selectedIds).toEqual(['b']);
    t.click([700, 700]);
    expect(t.selectedIds).toEqual([]);
  });

  it('is done by a rubber band around whole objects', () => {
    const t = three().drag([390, 150], [150, -10]);
    expect(t.selectedIds).toEqual(['b']);
    t.drag([350, 350], [600, 600], { shift: true });
    expect(t.selectedIds).toEqual(['b', 'c']);
  });

  it('goes back to what was selected when a rubber band is given up', () => {
    const t = three().click([50, 50]);
    t.down([350, 350], { shift: true }).move([600, 600], { shift: true });
    expect(t.core.tool.state).toBe('banding');
    expect(t.selectedIds).toEqual(['a', 'c']);
    t.press('Escape');
    expect(t.selectedIds).toEqual(['a']);
  });

  it('takes the smallest of the objects under the pointer', () => {
    const t = new Try({ tools: [box('small', 100, 100, 50, 50), box('large', 0, 0, 500, 500)] });
    expect(t.click([120, 120]).selectedIds).toEqual(['small']);
    expect(t.click([400, 400]).selectedIds).toEqual(['large']);
  });

  it('passes what is hidden', () => {
    const t = three().click([50, 50]).press('h', 'Escape').click([50, 50]);
    expect(t.selectedIds).toEqual([]);
    t.press('Shift+H').click([50, 50]);
    expect(t.selectedIds).toEqual(['a']);
  });

  it('takes all that is shown, and goes from one to the next', () => {
    const t = three().press('Ctrl+A');
    expect(t.selectedIds).toEqual(['a', 'b', 'c']);
    t.press('Escape', ']', ']');
    expect(t.selectedIds).toEqual(['b']);
    t.press('[', '[');
    expect(t.selectedIds).toEqual(['c']);
  });
});

describe('moving', () => {
  it('shows where objects go and keeps one step', () => {
    const t = new Try({ tools: [box('a', 0, 0, 100, 100), box('b', 200, 0, 100, 100)] });
    t.press('Ctrl+A').move([50, 50]).down([50, 50]);
    expect(t.core.tool.state).toBe('pointing');
    t.move([60, 50]).move([70.126, 90]);
    expect(t.core.tool.state).toBe('moving');
    expect(t.core.preview).toMatchObject({ type: 'move', by: [20.13, 40] });
    expect(t.geometries('bounding-box')[0]).toEqual({ x: 0, y: 0, width: 100, height: 100 });
    t.up([70.126, 90]);
    expect(t.geometries('bounding-box')).toEqual([
      { x: 20.13, y: 40, width: 100, height: 100 },
      { x: 220.13, y: 40, width: 100, height: 100 },
    ]);
    t.press('Ctrl+Z');
    expect(t.geometries('bounding-box')).toEqual([
      { x: 0, y: 0, width: 100, height: 100 },
      { x: 200, y: 0, width: 100, height: 100 },
    ]);
    expect(t.core.history.undoLabel).toBeNull();
  });

  it('stops at the rim of the picture', () => {
    const t = new Try({ tools: [box('a', 10, 10, 100, 100), box('b', 850, 10, 100, 100)] });
    t.press('Ctrl+A').drag([50, 50], [500, -500]);
    expect(t.geometries('bounding-box')).toMatchObject([
      { x: 60, y: 0 },
      { x: 900, y: 0 },
    ]);
  });

  it('leaves what came outside outside, but moves it no further out', () => {
    const t = new Try({ tools: [box('a', -50, 10, 100, 100)] });
    t.drag([20, 50], [10, 60]);
    expect(t.geometries('bounding-box')).toMatchObject([{ x: -50, y: 20 }]);
    t.drag([20, 50], [50, 50]);
    expect(t.geometries('bounding-box')).toMatchObject([{ x: -20, y: 20 }]);
  });

  it('is given up by Escape', () => {
    const t = new Try({ tools: [box('a', 0, 0, 100, 100)] });
    t.down([50, 50]).move([90, 90]).press('Escape').up([90, 90]);
    expect(t.geometries('bounding-box')).toMatchObject([{ x: 0, y: 0 }]);
    expect(t.core.preview).toBeNull();
  });

  it('is done by arrow keys, and a row of them is one step', () => {
    const t = new Try({ tools: [box('a', 50, 50, 100, 100)] });
    t.click([100, 100]).press('ArrowRight', 'ArrowRight', 'Shift+ArrowDown');
    expect(t.geometries('bounding-box')).toMatchObject([{ x: 52, y: 60 }]);
    t.nowMs += 5_000;
    t.press('ArrowLeft', 'Ctrl+Z');
    expect(t.geometries('bounding-box')).toMatchObject([{ x: 52, y: 60 }]);
    t.press('Ctrl+Z');
    expect(t.geometries('bounding-box')).toMatchObject([{ x: 50, y: 50 }]);
  });

  it('is refused for what is locked', () => {
    const t = new Try({ tools: [{ ...box('a', 50, 50, 100, 100), lock: true }] });
    t.drag([100, 100], [200, 200]).click([100, 100]).press('ArrowRight', 'Delete', 'Ctrl+X');
    expect(t.tools).toEqual([{ ...box('a', 50, 50, 100, 100), lock: true }]);
    t.press('Shift+L', 'ArrowRight');
    expect(t.geometries('bounding-box')).toMatchObject([{ x: 51 }]);
    expect(t.tools[0]).not.toHaveProperty('lock');
  });
});

describe('reshaping', () => {
  it.each([
    [[100, 100], [80, 90], { x: 80, y: 90, width: 220, height: 210 }],
    [[200, 100], [210, 50], { x: 100, y: 50, width: 200, height: 250 }],
    [[300, 100], [350, 150], { x: 100, y: 150, width: 250, height: 150 }],
    [[300, 200], [250, 700], { x: 100, y: 100, width: 150, height: 200 }],
    [[300, 300], [50, 50], { x: 50, y: 50, width: 50, height: 50 }],
    [[200, 300], [0, 320], { x: 100, y: 100, width: 200, height: 220 }],
    [[100, 300], [120, 280], { x: 120, y: 100, width: 180, height: 180 }],
    [[100, 200], [-90, 200], { x: 0, y: 100, width: 300, height: 200 }],
  ] as const)('moves the handle of a box from %j to %j', (from, to, after) => {
    const t = new Try({ tools: [box('a', 100, 100, 200, 200)] });
    t.click([200, 200]).drag(from, to);
    expect(t.geometries('bounding-box')).toEqual([after]);
  });

  it('moves a vertex and leaves the others as they came', () => {
    const points = [
      [100.123456, 100],
      [300, 100],
      [300, 300],
    ] as const;
    const t = new Try({ tools: [polygon('a', points)] });
    t.click([250, 150]).drag([300, 300], [320.337, 310]);
    expect(t.geometries('polygon')).toEqual([
      [
        [100.123456, 100],
        [300, 100],
        [320.34, 310],
      ],
    ]);
    t.press('Ctrl+Z');
    expect(t.tools[0]).toEqual(polygon('a', points));
  });

  it('offers a vertex in the middle of an edge and inserts it by dragging', () => {
    const t = new Try({ tools: [polygon('a', SQUARE)] });
    t.click([200, 150]).move([203, 102]);
    expect(t.core.tool.draft()).toEqual({ type: 'vertex', at: [200, 100] });
    t.drag([200, 100], [210, 50]);
    expect(t.geometries('polygon')).toEqual([SQUARE.toSpliced(1, 0, [210, 50])]);
    t.press('Ctrl+Z');
    expect(t.geometries('polygon')).toEqual([SQUARE]);
    expect(t.core.history.undoLabel).toBeNull();
  });

  it('inserts a vertex anywhere on an edge by a click with Ctrl', () => {
    const t = new Try({ tools: [polygon('a', SQUARE)] });
    t.click([200, 200]).click([103, 250], { ctrl: true });
    expect(t.geometries('polygon')).toEqual([SQUARE.toSpliced(4, 0, [100, 250])]);
  });

  it('removes a vertex by Alt, by Ctrl and the other button, and by Delete', () => {
    const t = new Try({ tools: [polygon('a', [...SQUARE, [50, 200], [60, 150]])] });
    t.click([200, 200]).click([60, 150], { alt: true });
    expect(t.geometries('polygon')).toEqual([[...SQUARE, [50, 200]]]);
    t.down([50, 200], { button: 2, ctrl: true });
    expect(t.geometries('polygon')).toEqual([SQUARE]);
    t.click([300, 300]).press('Delete');
    expect(t.geometries('polygon')).toEqual([SQUARE.toSpliced(2, 1)]);
  });

  it('keeps three vertices of a polygon: Delete then removes the object', () => {
    const t = new Try({ tools: [polygon('a', SQUARE.slice(0, 3))] });
    t.click([250, 150]).click([300, 300], { alt: true });
    expect(t.geometries('polygon')).toEqual([SQUARE.slice(0, 3)]);
    t.press('Delete');
    expect(t.tools).toEqual([]);
  });

  it('is not begun on a shape so small that its handles would hide it: that is moved', () => {
    const t = new Try({ tools: [box('a', 100, 100, 16, 16)] });
    t.click([108, 108]).drag([100, 100], [150, 150]);
    expect(t.geometries('bounding-box')).toEqual([{ x: 150, y: 150, width: 16, height: 16 }]);
    t.core.view.zoomTo(4, [150, 150]);
    t.drag([150, 150], [110, 110]);
    expect(t.geometries('bounding-box')).toEqual([{ x: 140, y: 140, width: 26, height: 26 }]);
  });

  it('is no step when everything is where it was before', () => {
    const t = new Try({ tools: [polygon('a', SQUARE)] });
    t.click([200, 200]).move([300, 300]).down([300, 300]).move([350, 350]).move([300, 300]).up([300, 300]);
    expect(t.core.history.undoLabel).toBeNull();
    expect(t.core.revision).toBe(0);
  });

  it('is not begun on one of several selected', () => {
    const t = new Try({ tools: [box('a', 100, 100, 100, 100), box('b', 300, 100, 100, 100)] });
    t.press('Ctrl+A').drag([200, 200], [210, 220]);
    expect(t.geometries('bounding-box')).toMatchObject([
      { x: 110, y: 120, width: 100 },
      { x: 310, y: 120, width: 100 },
    ]);
  });
});

describe('classes', () => {
  it('change by their keys for what is selected, if the tool is the same', () => {
    const t = new Try({ tools: [polygon('a', SQUARE)] });
    t.click([200, 200]).press('a');
    expect(t.tools[0]).toMatchObject({ schemaId: 'c-field', title: 'field' });
    expect(t.core.tool.id).toBe('select');
    // No polygon is a car: the key takes the tool in hand instead.
    t.press('1');
    expect(t.tools[0]).toMatchObject({ schemaId: 'c-field' });
    expect(t.core.tool.id).toBe('bounding-box');
  });

  it('change by Alt for what is under the pointer', () => {
    const t = new Try({ tools: [polygon('a', SQUARE)] });
    t.move([200, 200]).press('Alt+A');
    expect(t.tools[0]).toMatchObject({ schemaId: 'c-field' });
  });

  it('without a key get the next free digit', () => {
    const t = new Try();
    t.press('3');
    expect(t.core.classId).toBe('c-road');
    expect(t.core.tool.id).toBe('polyline');
  });
});

describe('copies', () => {
  it('are pasted beside what they come from, each further, with an identity of their own', () => {
    const t = new Try({ tools: [{ ...box('a', 10, 10, 50, 50), note: 'kept', lock: true }] });
    t.click([30, 30]).press('Ctrl+C', 'Ctrl+V', 'Ctrl+V');
    expect(t.geometries('bounding-box')).toMatchObject([{ x: 10 }, { x: 22 }, { x: 34 }]);
    expect(t.tools[2]).toMatchObject({ objectId: 'new-2', note: 'kept', schemaId: 'c-car' });
    expect(t.tools[2]).not.toHaveProperty('lock');
    expect(t.selectedIds).toEqual(['new-2']);
  });

  it('go to another picture at the same place', () => {
    const t = new Try({ tools: [box('a', 10, 10, 50, 50)] });
    t.click([30, 30]).press('Ctrl+C');
    const other = new Try();
    other.press('Ctrl+V');
    expect(other.geometries('bounding-box')).toEqual([{ x: 10, y: 10, width: 50, height: 50 }]);
  });

  it('are made at once by Ctrl+D, and cut by Ctrl+X', () => {
    const t = new Try({ tools: [box('a', 10, 10, 50, 50)] });
    t.click([30, 30]).press('Ctrl+D');
    expect(t.geometries('bounding-box')).toMatchObject([{ x: 10 }, { x: 22 }]);
    t.press('Ctrl+X');
    expect(t.geometries('bounding-box')).toMatchObject([{ x: 10 }]);
    t.press('Ctrl+V');
    expect(t.tools).toHaveLength(2);
  });
});

it('an object goes with the relations that point to it, and comes back with them', () => {
  const relations = [
    { objectId: 'r1', from: 'a', to: 'b' },
    { objectId: 'r2', group: ['a', 'b', 'c'] },
    { objectId: 'r3', group: ['r1', 'c'] },
    { objectId: 'r4', from: 'b', to: 'c' },
  ];
  const tools = [box('a', 0, 0, 50, 50), box('b', 100, 0, 50, 50), box('c', 200, 0, 50, 50)];
  const t = new Try({ answer: { tools, relations } });
  t.click([25, 25]).press('Delete');
  expect(t.core.toAnswer().relations).toEqual([
    { objectId: 'r2', group: ['b', 'c'] },
    { objectId: 'r4', from: 'b', to: 'c' },
  ]);
  t.press('Ctrl+Z');
  expect(t.core.toAnswer().relations).toEqual(relations);
  expect(t.selectedIds).toEqual(['a']);
});

it('objects go in front and behind', () => {
  const t = new Try({ tools: [box('a', 0, 0, 50, 50), box('b', 100, 0, 50, 50), box('c', 200, 0, 50, 50)] });
  t.click([25, 25]).press('}');
  expect(t.tools.map(({ objectId }) => objectId)).toEqual(['b', 'c', 'a']);
  t.press('{', 'Ctrl+Z', 'Ctrl+Z');
  expect(t.tools.map(({ objectId }) => objectId)).toEqual(['a', 'b', 'c']);
});
