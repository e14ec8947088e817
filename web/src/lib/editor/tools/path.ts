// Polygons and polylines: click point by point, or trace with Shift held. States: idle, drawing.
import type { Core } from '../core';
import { kindNamed } from '../geometry/kinds';
import { distance, type Point } from '../geometry/point';
import { words } from '../words';
import { addShape, placeIn } from './draw';
import type { Draft, PointerInput, Tool } from './tool';

/** A click this near to the first point closes the polygon. */
const CLOSE_PX = 10;
/** A click this near to the last point ends the shape, as a double click does. */
const SAME_PX = 3;
/** Tracing sets a point each time the pointer went this far. */
const TRACE_PX = 6;

type State = { name: 'idle' } | { name: 'drawing'; points: readonly Point[]; cursor: Point };

export class PathTool implements Tool {
  readonly id: 'polygon' | 'polyline';
  #core: Core;
  #state: State = { name: 'idle' };

  constructor(core: Core, id: 'polygon' | 'polyline') {
    this.#core = core;
    this.id = id;
  }

  get state() {
    return this.#state.name;
  }

  get isBusy() {
    return this.#state.name === 'drawing';
  }

  get isComplete() {
    return this.#state.name === 'drawing' && this.#state.points.length >= this.#fewest;
  }

  down({ at, button }: PointerInput) {
    if (button === 2) return this.back();
    if (button !== 0) return;
    const point = placeIn(this.#core, at);
    if (this.#state.name === 'idle') return this.#add([], point);
    const { points } = this.#state;
    if (this.#closes(point) || this.#isNear(points.at(-1), point, SAME_PX)) {
      this.finish();
      return;
    }
    this.#add(points, point);
  }

  move({ at, shift, isKeyboard }: PointerInput) {
    if (this.#state.name === 'idle') return;
    const cursor = placeIn(this.#core, at);
    const { points } = this.#state;
    if (shift && !isKeyboard && !this.#isNear(points.at(-1), cursor, TRACE_PX)) this.#add(points, cursor);
    else this.#set({ ...this.#state, cursor });
  }

  up() {}

  finish() {
    if (this.#state.name === 'idle' || !this.isComplete) return false;
    const { points } = this.#state;
    this.#set({ name: 'idle' });
    addShape(this.#core, { kind: this.id, points });
    return true;
  }

  back() {
    if (this.#state.name === 'idle') return;
    const points = this.#state.points.slice(0, -1);
    if (points.length === 0) this.cancel();
    else this.#set({ ...this.#state, points });
  }

  cancel() {
    if (this.#state.name === 'idle') return;
    this.#set({ name: 'idle' });
    this.#core.say(words.says.cancelled);
  }

  draft(): Draft | null {
    if (this.#state.name === 'idle') return null;
    const { points, cursor } = this.#state;
    const glow = this.#closes(cursor);
    const shown = glow ? points : [...points, cursor];
    return { type: 'shape', shape: { kind: this.id, points: shown }, open: true, glow };
  }

  cursor = () => 'crosshair';

  get #fewest() {
    return kindNamed(this.id).fewestVertices ?? 1;
  }

  /** Whether a click here would join the first point. */
  #closes(at: Point): boolean {
    if (this.id !== 'polygon' || this.#state.name === 'idle') return false;
    const { points } = this.#state;
    return points.length >= this.#fewest && this.#isNear(points[0], at, CLOSE_PX);
  }

  #isNear(a: Point | undefined, b: Point, screenPx: number): boolean {
    return a !== undefined && distance(a, b) <= this.#core.reach(screenPx);
  }

  #add(before: readonly Point[], point: Point) {
    const points = [...before, point];
    this.#set({ name: 'drawing', points, cursor: point });
    this.#core.say(words.says.point(point[0], point[1], points.length));
  }

  #set(state: State) {
    this.#state = state;
    this.#core.tell('tool');
  }
}
