// Select and edit: click, shift-click and rubber band select; dragging moves objects, vertices and sides.
// States: idle, pointing (the button is down and has not moved yet), moving, reshaping, banding.
import type { Core } from '../core';
import { REACH_PX } from '../core';
import { removeVertex, reshape, moveObjects, moveOf } from '../actions/edit';
import { kindOf } from '../geometry/kinds';
import { boundsOf, placed, type Bounds, type Point } from '../geometry/point';
import type { Shape } from '../geometry/shape';
import { enclosedObjects, hasHandles, hitEdge, hitHandle, hitMiddle } from '../view/hit';
import { words } from '../words';
import { isFar, type Draft, type PointerInput, type Tool } from './tool';

/** What lies under the pointer when the button goes down. */
type Target =
  | { type: 'handle'; key: number; shape: Shape; handle: number; label: string }
  | { type: 'object'; key: number }
  | { type: 'nothing' };

type State =
  | { name: 'idle' }
  | { name: 'pointing'; start: PointerInput; target: Target }
  | { name: 'moving'; start: Point; keys: readonly number[] }
  | { name: 'reshaping'; key: number; shape: Shape; handle: number; label: string; grab: Point }
  | { name: 'banding'; from: Point; to: Point; before: readonly number[] };

export class SelectTool implements Tool {
  readonly id = 'select';
  #core: Core;
  #state: State = { name: 'idle' };
  /** Where a new vertex is offered, and what the pointer would take hold of. */
  #offer: Point | null = null;
  #cursor = 'default';

  constructor(core: Core) {
    this.#core = core;
  }

  get state() {
    return this.#state.name;
  }

  get isBusy() {
    return this.#state.name !== 'idle';
  }

  down(input: PointerInput) {
    const core = this.#core;
    const target = this.#targetAt(input);
    if (target.type === 'handle' && (input.alt || (input.button === 2 && input.ctrl))) {
      removeVertex(core, target.handle);
      return;
    }
    if (input.button !== 0) return;
    this.#set({ name: 'pointing', start: input, target });
  }

  move(input: PointerInput): void {
    const state = this.#state;
    switch (state.name) {
      case 'idle':
        return this.#hover(input);
      case 'pointing':
        if (!isFar(input.screen, state.start.screen)) return;
        this.#begin(state.start, state.target);
        return this.#state.name === 'pointing' ? undefined : this.move(input);
      case 'moving':
        return this.#core.setPreview({ type: 'move', keys: state.keys, by: this.#movedBy(state, input) });
      case 'reshaping':
        return this.#core.setPreview({ type: 'shape', key: state.key, shape: this.#reshaped(state, input) });
      case 'banding':
        return this.#band({ ...state, to: input.at });
    }
  }

  up(input: PointerInput) {
    const state = this.#state;
    if (input.button !== 0) return;
    this.#core.preview = null;
    this.#set({ name: 'idle' });
    if (state.name === 'pointing') this.#click(state.start, state.target);
    if (state.name === 'moving') moveObjects(this.#core, state.keys, this.#movedBy(state, input));
    if (state.name === 'reshaping') {
      reshape(this.#core, state.key, this.#reshaped(state, input), state.label, state.handle);
    }
  }

  finish = () => false;
  back() {
    this.cancel();
  }

  cancel() {
    if (this.#state.name === 'banding') this.#core.select(this.#state.before);
    this.#core.preview = null;
    this.#offer = null;
    if (this.isBusy) this.#set({ name: 'idle' });
  }

  draft(): Draft | null {
    if (this.#state.name === 'banding') return { type: 'rubber', bounds: bandOf(this.#state) };
    return this.#offer ? { type: 'vertex', at: this.#offer } : null;
  }

  cursor = () => (this.#state.name === 'moving' ? 'grabbing' : this.#cursor);

  // ---- what lies there

  #targetAt({ at, ctrl, isKeyboard }: PointerInput): Target {
    const core = this.#core;
    const only = core.only;
    if (only?.shape && core.canEdit(only) && hasHandles(only.shape, core.view.now.scale)) {
      const { key, shape } = only;
      const reach = core.reach(REACH_PX);
      const handle = hitHandle(shape, at, reach);
      if (handle !== null) return { type: 'handle', key, shape, handle, label: words.steps.reshape };
      const edge = ctrl ? hitEdge(shape, at, reach) : isKeyboard ? null : hitMiddle(shape, at, reach);
      const inserted = edge && kindOf(shape).insertVertex?.(shape, edge.edge, placed(edge.at, core.size));
      if (edge && inserted) {
        const label = words.steps.insertVertex;
        return { type: 'handle', key, shape: inserted, handle: edge.edge + 1, label };
      }
    }
    const key = core.hitAt(at);
    return key === null ? { type: 'nothing' } : { type: 'object', key };
  }

  #hover(input: PointerInput) {
    const core = this.#core;
    const target = this.#targetAt(input);
    core.hover(target.type === 'nothing' ? null : target.key);
    const offered =
      target.type === 'handle' && target.label === words.steps.insertVertex
        ? (kindOf(target.shape).handles(target.shape)[target.handle]?.at ?? null)
        : null;
    if (offered !== this.#offer) {
      this.#offer = offered;
      core.tell('hover');
    }
    const handle = target.type === 'handle' && kindOf(target.shape).handles(target.shape)[target.handle];
    this.#cursor = handle ? handle.cursor : target.type === 'object' ? 'pointer' : 'default';
  }

  // ---- what a press becomes

  #click({ shift, ctrl }: PointerInput, target: Target) {
    const core = this.#core;
    if (target.type === 'handle') {
      const isNew = target.label === words.steps.insertVertex;
      if (isNew) reshape(core, target.key, target.shape, target.label, target.handle);
      else core.select([target.key], { vertex: kindOf(target.shape).fewestVertices ? target.handle : null });
    } else if (target.type === 'nothing') {
      if (!shift && !ctrl) core.select([]);
    } else if (shift) {
      const selection = new Set(core.selection);
      if (!selection.delete(target.key)) selection.add(target.key);
      core.select(selection);
    } else {
      core.select([target.key]);
    }
  }

  #begin({ at, shift }: PointerInput, target: Target) {
    const core = this.#core;
    this.#offer = null;
    if (target.type === 'handle') {
      const { key, shape, handle, label } = target;
      const own = kindOf(shape).handles(shape)[handle]?.at ?? at;
      core.select([key], { vertex: kindOf(shape).fewestVertices ? handle : null });
      this.#set({ name: 'reshaping', key, shape, handle, label, grab: [own[0] - at[0], own[1] - at[1]] });
      return;
    }
    const object = target.type === 'object' ? core.document.find(target.key) : undefined;
    if (object && core.canEdit(object)) {
      if (!core.selection.has(object.key))
        core.select(shift ? [...core.selection, object.key] : [object.key]);
      const keys = core.selected.filter((one) => one.shape && core.canEdit(one)).map(({ key }) => key);
      this.#set({ name: 'moving', start: at, keys });
    } else {
      this.#set({ name: 'banding', from: at, to: at, before: [...core.selection].filter(() => shift) });
    }
  }

  #movedBy({ start, keys }: { start: Point; keys: readonly number[] }, { at }: PointerInput): Point {
    return moveOf(this.#core, keys, [at[0] - start[0], at[1] - start[1]]);
  }

  #reshaped(state: State & { name: 'reshaping' }, { at }: PointerInput): Shape {
    const to = placed([at[0] + state.grab[0], at[1] + state.grab[1]], this.#core.size);
    return kindOf(state.shape).moveHandle(state.shape, state.handle, to);
  }

  #band(state: State & { name: 'banding' }) {
    const core = this.#core;
    const inside = enclosedObjects(core.document, core.grid, bandOf(state)).filter(core.isShown);
    this.#set(state);
    core.select([...state.before, ...inside]);
  }

  #set(state: State) {
    this.#state = state;
    this.#core.tell('tool');
  }
}

const bandOf = ({ from, to }: { from: Point; to: Point }): Bounds => boundsOf([from, to]);
