// What is on screen: the layers one above the other in their host, and the frames in which they are brought up to date.
import type { Aspect, Core } from '../core';
import { boundsOfShape } from '../geometry/kinds';
import { words } from '../words';
import { Overlay } from './overlay';
import { PictureLayer, type Picture } from './picture';
import { ShapeLayers } from './shapes';

/** The view rests when it has not changed for this long. */
const REST_MS = 80;
const MOST_RATIO = 2;

export class Stage {
  /** Takes the focus and the pointer. */
  readonly root: HTMLElement;
  #core: Core;
  #picture: PictureLayer;
  #shapes: ShapeLayers;
  #overlay: Overlay;
  #frame: number | null = null;
  #isOverlayDue = true;
  #viewChangedMs = -Infinity;
  #hidden: ReadonlySet<number> = new Set();
  #corner: { left: number; top: number } | null = null;
  #observer: ResizeObserver;
  #unlisten: () => void;

  constructor(host: HTMLElement, core: Core, picture: Picture | null) {
    this.#core = core;
    this.root = document.createElement('div');
    this.root.tabIndex = 0;
    this.root.setAttribute('role', 'application');
    this.root.setAttribute('aria-label', words.canvas);
    this.root.dataset.editor = '';
    Object.assign(this.root.style, {
      position: 'relative',
      width: '100%',
      height: '100%',
      overflow: 'hidden',
      touchAction: 'none',
      userSelect: 'none',
      contain: 'strict',
    });
    host.append(this.root);
    this.#picture = new PictureLayer(this.root, core.size);
    this.#picture.set(picture);
    this.#shapes = new ShapeLayers(this.root, core);
    this.#overlay = new Overlay(this.root, core);
    core.watchObjects((before, after) => {
      const held = after ?? before;
      if (held && this.#shapes.isHeld(held.key)) return;
      if (before?.shape) this.#shapes.invalidate(boundsOfShape(before.shape));
      if (after?.shape) this.#shapes.invalidate(boundsOfShape(after.shape));
    });
    this.#unlisten = core.listen((aspect) => this.#changed(aspect));
    this.#observer = new ResizeObserver(this.measure);
    this.#observer.observe(this.root);
    window.addEventListener('resize', this.measure);
    this.measure();
  }

  setPicture(picture: Picture | null): void {
    this.#picture.set(picture);
    this.#queue();
  }

  /** The place of the window on the page, for pointers. */
  corner(): { left: number; top: number } {
    const { left, top } = this.root.getBoundingClientRect();
    return { left, top };
  }

  measure = (): void => {
    const { width, height, left, top } = this.root.getBoundingClientRect();
    const before = this.#corner ?? { left, top };
    this.#corner = { left, top };
    const ratio = Math.min(MOST_RATIO, window.devicePixelRatio || 1);
    this.#core.view.resize({ width, height }, ratio, [left - before.left, top - before.top]);
  };

  destroy(): void {
    this.#unlisten();
    this.#observer.disconnect();
    window.removeEventListener('resize', this.measure);
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#picture.set(null);
    this.root.remove();
  }

  #changed(aspect: Aspect) {
    const core = this.#core;
    if (aspect === 'view') this.#viewChangedMs = performance.now();
    if (aspect === 'selection' || aspect === 'document') this.#hold();
    if (aspect === 'hidden') this.#hide();
    if (aspect === 'look') {
      this.#picture.setFilter(core.look.brightness, core.look.contrast);
      this.#shapes.setOpacity(core.look.opacity);
    }
    if (aspect !== 'pointer' || core.crosshair || core.tool.isBusy) this.#isOverlayDue = true;
    this.root.style.cursor = (core.hand ?? core.tool).cursor();
    this.#queue();
  }

  #held: ReadonlySet<number> | null = null;

  #hold() {
    if (this.#held === this.#core.selection) return;
    this.#held = this.#core.selection;
    this.#shapes.hold(this.#held);
  }

  #hide() {
    const { hidden, document } = this.#core;
    const before = this.#hidden;
    this.#hidden = hidden;
    for (const key of new Set([...before, ...hidden])) {
      const shape = before.has(key) === hidden.has(key) ? null : document.find(key)?.shape;
      if (shape) this.#shapes.invalidate(boundsOfShape(shape));
    }
  }

  #queue() {
    this.#frame ??= requestAnimationFrame(this.#paint);
  }

  #paint = (nowMs: number) => {
    this.#frame = null;
    const { view } = this.#core;
    if (view.window.width === 0 || view.window.height === 0) return;
    this.#shapes.pace.tick(nowMs);
    const isResting = nowMs - this.#viewChangedMs > REST_MS;
    const isPictureDone = this.#picture.frame(view, isResting);
    const isSceneDone = this.#shapes.frame(view, isResting);
    if (this.#isOverlayDue) this.#overlay.paint();
    this.#isOverlayDue = false;
    if (isSceneDone) this.#shapes.pace.rest();
    if (!isPictureDone || !isSceneDone) this.#queue();
  };
}
