// Bounding boxes: drag from corner to corner, or click one and then the other. States: idle, pressed, stretching, waiting.
import type { Core } from '../core';
import { boxBetween } from '../geometry/box';
import type { Point } from '../geometry/point';
import { words } from '../words';
import { addShape, placeIn } from './draw';
import { isFar, type Draft, type PointerInput, type Tool } from './tool';

type State =
  | { name: 'idle' }
  /** The button is down and has not moved yet: a click or the beginning of a drag. */
  | { name: 'pressed'; from: Point; screen: Point; to: Point }
  | { name: 'stretching'; from: Point; to: Point }
  /** The first corner was clicked. */
  | { name: 'waiting'; from: Point; to: Point };

export class BoxTool implements Tool {
  readonly id = 'bounding-box';
  #core: Core;
  #state: State = { name: 'idle' };

  constructor(core: Core) {
    this.#core = core;
  }

  get state() {
    return this.#state.name;
  }

  get isBusy() {
    return this.#state.name !== 'idle';
  }

  down({ at, screen, button }: PointerInput) {
    if (button === 2) return this.cancel();
    if (button !== 0) return;
    const to = placeIn(this.#core, at);
    if (this.#state.name === 'waiting') {
      this.#state = { ...this.#state, to };
      this.finish();
    } else {
      this.#set({ name: 'pressed', from: to, screen, to });
    }
  }

  move({ at, screen }: PointerInput) {
    const state = this.#state;
    const to = placeIn(this.#core, at);
    if (state.name === 'pressed') {
      if (isFar(screen, state.screen)) this.#set({ name: 'stretching', from: state.from, to });
    } else if (state.name !== 'idle') {
      this.#set({ ...state, to });
    }
  }

  up({ at, button }: PointerInput) {
    const state = this.#state;
    if (button !== 0) return;
    if (state.name === 'pressed') this.#set({ name: 'waiting', from: state.from, to: state.from });
    else if (state.name === 'stretching') {
      this.#state = { ...state, to: placeIn(this.#core, at) };
      if (!this.finish()) this.cancel();
    }
  }

  finish() {
    if (this.#state.name === 'idle') return false;
    const box = boxBetween(this.#state.from, this.#state.to);
    // A box without area is no box: the second corner is still to come.
    if (box.width === 0 || box.height === 0) return false;
    this.#set({ name: 'idle' });
    addShape(this.#core, box);
    return true;
  }

  back() {
    this.cancel();
  }

  cancel() {
    if (this.#state.name === 'idle') return;
    this.#set({ name: 'idle' });
    this.#core.say(words.says.cancelled);
  }

  draft(): Draft | null {
    if (this.#state.name === 'idle') return null;
    return { type: 'shape', shape: boxBetween(this.#state.from, this.#state.to) };
  }

  cursor = () => 'crosshair';

  #set(state: State) {
    this.#state = state;
    this.#core.tell('tool');
  }
}
