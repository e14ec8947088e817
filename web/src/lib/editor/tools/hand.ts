// The hand: drags the picture. States: idle, dragging.
import type { Core } from '../core';
import type { Point } from '../geometry/point';
import type { PointerInput, Tool } from './tool';

export class HandTool implements Tool {
  readonly id = 'hand';
  #core: Core;
  #last: Point | null = null;

  constructor(core: Core) {
    this.#core = core;
  }

  get state() {
    return this.#last ? 'dragging' : 'idle';
  }

  readonly isBusy = false;

  down({ screen, isKeyboard }: PointerInput) {
    if (!isKeyboard) this.#last = screen;
  }

  move({ screen }: PointerInput) {
    if (!this.#last) return;
    this.#core.view.panBy([screen[0] - this.#last[0], screen[1] - this.#last[1]]);
    this.#last = screen;
  }

  up() {
    this.#last = null;
  }

  finish = () => false;
  back() {}

  cancel() {
    this.#last = null;
  }

  draft = () => null;
  cursor = () => (this.#last ? 'grabbing' : 'grab');
}
