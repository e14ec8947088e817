import { describe, expect, it } from 'vitest';
import { Try } from './try';

const TRIANGLE = [
  [100, 100],
  [300, 100],
  [200, 300],
] as const;

describe('bounding box', () => {
  it('is drawn by dragging from corner to corner', () => {
    const t = new Try();
    t.run('tool.bounding-box');
    t.drag([100, 120], [300, 220]);
    expect(t.geometries('bounding-box')).toEqual([{ x: 100, y: 120, width: 200, height: 100 }]);
    expect(t.core.tool.state).toBe('idle');
  });

  it('is drawn by two clicks, in any direction', () => {
    const t = new Try();
    t.run('tool.bounding-box');
    t.click([300, 220]);
    expect(t.core.tool.state).toBe('waiting');
    t.move([200, 200]);
    expect(t.core.tool.draft()).toEqual({
      type: 'shape',
      shape: { kind: 'bounding-box', x: 200, y: 200, width: 100, height: 20 },
    });
    t.click([100, 120]);
    expect(t.geometries('bounding-box')).toEqual([{ x: 100, y: 120, width: 200, height: 100 }]);
  });

  it('takes a small slip of the hand for a click', () => {
    const t = new Try();
    t.run('tool.bounding-box');
    t.down([100, 100]).move([102, 101]).up([102, 101]);
    expect(t.core.tool.state).toBe('waiting');
  });

  it('goes on pressed, stretching and idle', () => {
    const t = new Try();
    t.run('tool.bounding-box');
    t.down([10, 10]);
    expect(t.core.tool.state).toBe('pressed');
    t.move([40, 10]);
    expect(t.core.tool.state).toBe('stretching');
    // Without area there is no box.
    t.up([40, 10]);
    expect(t.core.tool.state).toBe('idle');
    expect(t.tools).toEqual([]);
  });

  it('stays inside the picture and is kept to 1/100 px', () => {
    const t = new Try();
    t.run('tool.bounding-box');
    t.drag([10.123456, 20.987654], [5000, 5000]);
    expect(t.geometries('bounding-box')).toEqual([{ x: 10.12, y: 20.99, width: 989.88, height: 779.01 }]);
  });

  it('is given up by Escape and by the other button', () => {
    const t = new Try();
    t.run('tool.bounding-box');
    t.click([10, 10]).press('Escape');
    expect(t.core.tool.state).toBe('idle');
    t.click([10, 10]).down([50, 50], { button: 2 });
    expect(t.core.tool.state).toBe('idle');
    expect(t.tools).toEqual([]);
  });
});

describe('polygon', () => {
  it.each(['Enter', 'n'])('is closed by %s', (key) => {
    const t = new Try();
    t.run('tool.polygon');
    t.clicks(...TRIANGLE).press(key);
    expect(t.geometries('polygon')).toEqual([TRIANGLE]);
  });

  it('is closed by its first point, which glows before', () => {
    const t = new Try();
    t.run('tool.polygon');
    t.clicks(...TRIANGLE);
    t.move([150, 150]);
    expect(t.core.tool.draft()).toMatchObject({ glow: false });
    t.move([104, 103]);
    expect(t.core.tool.draft()).toMatchObject({ glow: true });
    t.click([104, 103]);
    expect(t.geometries('polygon')).toEqual([TRIANGLE]);
  });

  it('is not closed with two points', () => {
    const t = new Try();
    t.run('tool.polygon');
    t.clicks([100, 100], [300, 100]).press('Enter');
    expect(t.core.tool.state).toBe('drawing');
    expect(t.tools).toEqual([]);
  });

  it.each([
    ['Backspace', (t: Try) => t.press('Backspace')],
    ['the other button', (t: Try) => t.down([0, 0], { button: 2 })],
    ['undo', (t: Try) => t.press('Ctrl+Z')],
  ])('loses its last point by %s, and itself with the first one', (_, back) => {
    const t = new Try();
    t.run('tool.polygon');
    t.clicks(...TRIANGLE, [50, 300]);
    back(t);
    t.press('n');
    expect(t.geometries('polygon')).toEqual([TRIANGLE]);
    t.click([10, 10]);
    back(t);
    expect(t.core.tool.state).toBe('idle');
    expect(t.tools).toHaveLength(1);
  });

  it('is traced with Shift held', () => {
    const t = new Try();
    t.run('tool.polygon');
    t.click([100, 100]);
    for (let x = 101; x <= 130; x++) t.move([x, 100], { shift: true });
    t.move([130, 160]).press('n');
    expect(t.geometries('polygon')).toEqual([
      [
        [100, 100],
        [107, 100],
        [114, 100],
        [121, 100],
        [128, 100],
      ],
    ]);
  });

  it('is left by Escape, and nothing is kept', () => {
    const t = new Try();
    t.run('tool.polygon');
    t.clicks(...TRIANGLE).press('Escape', 'Enter');
    expect(t.tools).toEqual([]);
    expect(t.core.history.undoLabel).toBeNull();
  });

  it('goes on while Space moves the picture', () => {
    const t = new Try();
    t.run('tool.polygon');
    t.clicks([100, 100], [300, 100]);
    t.core.holdHand(true);
    t.drag([500, 500], [400, 450]);
    t.core.holdHand(false);
    expect(t.core.view.now).toEqual({ scale: 1, x: -100, y: -50 });
    t.click([100, 250]).press('n');
    expect(t.geometries('polygon')).toEqual([TRIANGLE]);
  });

  it('becomes one of the class that is chosen while it is drawn', () => {
    const t = new Try();
    t.run('tool.polygon');
    t.clicks(...TRIANGLE)
      .press('a')
      .press('n');
    expect(t.tools[0]).toMatchObject({ schemaId: 'c-field', title: 'field' });
  });
});

describe('polyline', () => {
  it('is ended by a double click or N, and not by its first point', () => {
    const t = new Try();
    t.run('tool.polyline');
    t.clicks([10, 10], [100, 10], [100, 100], [10, 10], [10, 10]);
    expect(t.geometries('polyline')).toEqual([
      [
        [10, 10],
        [100, 10],
        [100, 100],
        [10, 10],
      ],
    ]);
    t.clicks([10, 10], [100, 10]).press('n');
    expect(t.geometries('polyline')).toHaveLength(2);
  });
});

describe('point', () => {
  it('is set by each click', () => {
    const t = new Try();
    t.run('tool.point');
    t.clicks([10, 20], [999.999, 30]);
    expect(t.geometries('point')).toEqual([
      [10, 20],
      [1000, 30],
    ]);
  });
});

describe('by keyboard alone', () => {
  const times = (count: number, key: string) => Array.from({ length: count }, () => key);

  it('a box is drawn from corner to corner', () => {
    const t = new Try();
    t.press(
      '1',
      'ArrowRight',
      'Enter',
      ...times(3, 'Shift+ArrowRight'),
      ...times(2, 'Shift+ArrowDown'),
      'Enter',
    );
    expect(t.geometries('bounding-box')).toEqual([{ x: 501, y: 400, width: 30, height: 20 }]);
  });

  it('a polygon is drawn and closed at its last point', () => {
    const t = new Try();
    t.press(
      '2',
      'ArrowRight',
      'Enter',
      ...times(5, 'Shift+ArrowRight'),
      'Enter',
      ...times(5, 'Shift+ArrowDown'),
    );
    t.press('Enter', 'Enter');
    expect(t.geometries('polygon')).toEqual([
      [
        [501, 400],
        [551, 400],
        [551, 450],
      ],
    ]);
  });

  it('a polyline and a point are drawn', () => {
    const t = new Try();
    t.run('tool.polyline');
    t.press('ArrowLeft', 'Enter', 'Shift+ArrowUp', 'Enter', 'n');
    t.run('tool.point');
    t.press('Shift+ArrowUp', 'Enter');
    expect(t.geometries('polyline')).toEqual([
      [
        [499, 400],
        [499, 390],
      ],
    ]);
    expect(t.geometries('point')).toEqual([[499, 380]]);
  });

  it('an object is selected at the crosshair, moved, and its vertices changed', () => {
    const t = new Try();
    t.press(
      '2',
      'ArrowRight',
      'Enter',
      ...times(5, 'Shift+ArrowRight'),
      'Enter',
      ...times(5, 'Shift+ArrowDown'),
    );
    t.press('Enter', 'Enter', 'Escape', 'Escape', 'Escape');
    expect([t.core.tool.id, t.core.selection.size]).toEqual(['select', 0]);
    t.press(']', 'ArrowUp', 'Enter', '.', 'Shift+ArrowRight', 'Insert');
    expect(t.geometries('polygon')).toEqual([
      [
        [501, 399],
        [561, 399],
        [556, 424],
        [551, 449],
      ],
    ]);
    t.press('Delete');
    expect((t.geometries('polygon')[0] as unknown[]).length).toBe(3);
  });
});

it('a new object carries class, identity, author and time', () => {
  const t = new Try();
  t.run('tool.point');
  t.click([1, 2]);
  expect(t.tools).toEqual([
    {
      point: [1, 2],
      objectId: 'new-1',
      schemaId: 'c-tree',
      title: 'tree',
      classifications: [],
      metadata: { createdAt: 1000, createdBy: 'ada@example.com' },
    },
  ]);
  expect(t.selectedIds).toEqual(['new-1']);
});

it('nothing is drawn where only reading is allowed, nor with a tool that no class has', () => {
  const reader = new Try({ readOnly: true });
  expect(reader.run('tool.point')).toBe(false);
  const t = new Try({ schema: { tools: [{ tool: 'point', title: 'tree', schemaId: 't' }] } });
  expect(t.run('tool.polygon')).toBe(false);
  expect(t.run('tool.point')).toBe(true);
});
