// Points: each click is one. It has no states, since nothing is ever half drawn.
import type { Core } from '../core';
import { addShape, placeIn } from './draw';
import type { PointerInput, Tool } from './tool';

export class SpotTool implements Tool {
  readonly id = 'point';
  readonly state = 'idle';
  readonly isBusy = false;
  #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  down({ at, button }: PointerInput) {
    if (button === 0) addShape(this.#core, { kind: 'point', at: placeIn(this.#core, at) });
  }

  move() {}
  up() {}
  finish = () => false;
  back() {}
  cancel() {}
  draft = () => null;
  cursor = () => 'crosshair';
}
