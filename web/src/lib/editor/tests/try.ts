// An editor without a screen for tests: pointer and keys in, document out. One screen pixel is one image pixel.
import { Commands } from '../commands/commands';
import { Core } from '../core';
import type { JsonObject } from '../document/json';
import type { Point } from '../geometry/point';
import type { PointerInput } from '../tools/tool';

export const SCHEMA = {
  tools: [
    { tool: 'bounding-box', title: 'car', schemaId: 'c-car', color: '#ff0000', shortcutKey: '1' },
    { tool: 'polygon', title: 'lake', schemaId: 'c-lake', color: '#00ff00', shortcutKey: '2' },
    { tool: 'polygon', title: 'field', schemaId: 'c-field', color: '#0000ff', shortcutKey: 'a' },
    { tool: 'polyline', title: 'road', schemaId: 'c-road', color: '#ffff00' },
    { tool: 'point', title: 'tree', schemaId: 'c-tree', color: '#00ffff' },
    { tool: 'brush', title: 'mist', schemaId: 'c-mist', color: '#ff00ff' },
  ],
  classifications: [],
};

type Held = Partial<Pick<PointerInput, 'shift' | 'ctrl' | 'alt' | 'button'>>;

export class Try {
  readonly core: Core;
  readonly commands: Commands;
  nowMs = 1_000;
  #ids = 0;

  constructor(
    over: { tools?: readonly JsonObject[]; answer?: unknown; schema?: unknown; readOnly?: boolean } = {},
  ) {
    this.core = new Core({
      width: 1000,
      height: 800,
      schema: over.schema ?? SCHEMA,
      answer: over.answer ?? { tools: over.tools ?? [], classifications: [], relations: [] },
      readOnly: over.readOnly ?? false,
      author: 'ada@example.com',
      now: () => this.nowMs,
      newId: () => `new-${++this.#ids}`,
    });
    this.core.view.resize({ width: 1000, height: 800 }, 1);
    this.core.view.zoomTo(1, [0, 0]);
    this.core.view.panBy([-this.core.view.now.x, -this.core.view.now.y]);
    this.commands = new Commands(this.core);
  }

  send(type: PointerInput['type'], [x, y]: Point, held: Held = {}): this {
    const screen: Point = [x, y];
    const at = this.core.view.toImage(screen);
    const input = { type, at, screen, button: 0, shift: false, ctrl: false, alt: false, isKeyboard: false };
    this.core.point({ ...input, ...held });
    return this;
  }

  move = (at: Point, held: Held = {}): this => this.send('move', at, held);
  down = (at: Point, held: Held = {}): this => this.send('down', at, held);
  up = (at: Point, held: Held = {}): this => this.send('up', at, held);

  click(at: Point, held: Held = {}): this {
    return this.move(at, held).down(at, held).up(at, held);
  }

  clicks(...at: Point[]): this {
    for (const one of at) this.click(one);
    return this;
  }

  drag(from: Point, to: Point, held: Held = {}): this {
    const half: Point = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
    return this.move(from, held).down(from, held).move(half, held).move(to, held).up(to, held);
  }

  press(...keys: string[]): this {
    for (const key of keys) this.commands.press(key);
    return this;
  }

  run(id: string): boolean {
    return this.commands.run(id);
  }

  get tools(): readonly JsonObject[] {
    return this.core.toAnswer().tools;
  }

  /** The geometries that were drawn, by the name of their kind. */
  geometries(kind: string): unknown[] {
    return this.tools.flatMap((one) => (kind in one ? [one[kind]] : []));
  }

  keyAt(index: number): number {
    return this.core.document.objects[index]?.key ?? -1;
  }

  get selectedIds(): unknown[] {
    return this.core.selected.map(({ source }) => source.objectId);
  }
}

export const box = (objectId: string, x: number, y: number, width: number, height: number): JsonObject => ({
  'bounding-box': { x, y, width, height },
  objectId,
  schemaId: 'c-car',
  title: 'car',
  classifications: [],
});

export const polygon = (objectId: string, points: readonly Point[], schemaId = 'c-lake'): JsonObject => ({
  polygon: points,
  objectId,
  schemaId,
  title: schemaId.slice(2),
  classifications: [],
});

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
