import { describe, expect, it } from 'vitest';
import { settle } from '../tools/draw';
import { Try } from './try';

const TRIANGLE = [
  [100, 100],
  [300, 100],
  [200, 300],
] as const;

describe('what is open when the work ends', () => {
  it('is kept where enough of it is there', () => {
    const t = new Try();
    t.run('tool.polygon');
    t.clicks(...TRIANGLE).move([500, 500]);
    expect(settle(t.core)).toBeNull();
    expect(t.geometries('polygon')).toEqual([TRIANGLE]);
    t.run('tool.polyline');
    t.clicks([10, 10], [60, 10]).move([500, 500]);
    expect(settle(t.core)).toBeNull();
    expect(t.geometries('polyline')).toEqual([
      [
        [10, 10],
        [60, 10],
      ],
    ]);
  });

  it('stays open, and is named, where too little of it is there', () => {
    const t = new Try();
    t.run('tool.polygon');
    t.clicks(TRIANGLE[0], TRIANGLE[1]);
    expect(settle(t.core)).toBe('polygon');
    t.click(TRIANGLE[2]);
    expect(settle(t.core)).toBeNull();
    t.run('tool.bounding-box');
    // The other corner is where somebody clicks, not where the pointer left the picture.
    t.click([10, 10]).move([900, 20]);
    expect(settle(t.core)).toBe('bounding-box');
    expect(t.core.tool.state).toBe('waiting');
    expect(t.tools).toHaveLength(1);
  });

  it('is nothing while no shape is begun', () => {
    const t = new Try();
    t.down([100, 100]).move([300, 300]);
    expect(t.core.tool.state).toBe('banding');
    expect(settle(t.core)).toBeNull();
    t.run('tool.polygon');
    expect(settle(t.core)).toBeNull();
    expect(t.tools).toEqual([]);
  });
});
