// Mouse, pen and touch as the tools take them; the wheel and two fingers zoom, the middle button moves the picture.
import type { Core } from '../core';
import type { Point } from '../geometry/point';
import type { Stage } from '../scene/stage';
import type { PointerInput } from '../tools/tool';

/** One notch of a wheel (100 px) zooms by about a fifth. */
const ZOOM_PER_PX = 0.0018;
const LINE_PX = 16;
const WHEEL_MOST_PX = 240;

export class PointerListener {
  #core: Core;
  #stage: Stage;
  #touches = new Map<number, Point>();
  #last: Point | null = null;
  #stop = new AbortController();

  constructor(core: Core, stage: Stage) {
    this.#core = core;
    this.#stage = stage;
    const { root } = stage;
    const { signal } = this.#stop;
    root.addEventListener('pointerdown', (event) => this.#down(event), { signal });
    root.addEventListener('pointermove', (event) => this.#move(event), { signal });
    root.addEventListener('pointerup', (event) => this.#up(event), { signal });
    root.addEventListener('pointercancel', (event) => this.#cancel(event), { signal });
    root.addEventListener('pointerleave', () => core.leave(), { signal });
    root.addEventListener('wheel', (event) => this.#wheel(event), { signal, passive: false });
    // The other button takes points back instead.
    root.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  }

  destroy(): void {
    this.#stop.abort();
  }

  #down(event: PointerEvent) {
    this.#stage.root.setPointerCapture(event.pointerId);
    if (event.pointerType === 'touch') {
      this.#touches.set(event.pointerId, this.#screen(event));
      // What the first finger began was no drawing: its point is taken back.
      if (this.#touches.size > 1) return this.#core.tool.back();
    }
    if (event.button === 1) {
      event.preventDefault();
      this.#core.holdHand(true);
    }
    this.#core.point(this.#input('down', event));
  }

  #move(event: PointerEvent) {
    if (this.#touches.has(event.pointerId) && this.#touches.size > 1) return this.#pinch(event);
    // A browser may tell of a pointer that lies still when something moves below it: the crosshair stays.
    const screen = this.#screen(event);
    const isStill = screen[0] === this.#last?.[0] && screen[1] === this.#last[1];
    this.#last = screen;
    if (isStill && this.#core.crosshair) return;
    this.#core.point(this.#input('move', event));
  }

  #up(event: PointerEvent) {
    const isPinch = this.#touches.size > 1;
    this.#touches.delete(event.pointerId);
    if (isPinch) return;
    this.#core.point(this.#input('up', event));
    if (event.button === 1) this.#core.holdHand(false);
  }

  #cancel(event: PointerEvent) {
    this.#touches.delete(event.pointerId);
    this.#core.holdHand(false);
    this.#core.tool.back();
  }

  /** The middle of two fingers moves the picture, their distance zooms it. */
  #pinch(event: PointerEvent) {
    const before = [...this.#touches.values()];
    this.#touches.set(event.pointerId, this.#screen(event));
    const after = [...this.#touches.values()];
    const [from, to] = [spread(before), spread(after)];
    if (!from || !to) return;
    const { view } = this.#core;
    view.panBy([to.middle[0] - from.middle[0], to.middle[1] - from.middle[1]]);
    if (from.length > 0) view.zoomBy(to.length / from.length, to.middle);
  }

  #wheel(event: WheelEvent) {
    event.preventDefault();
    const { view } = this.#core;
    const unit = event.deltaMode === 1 ? LINE_PX : event.deltaMode === 2 ? view.window.height : 1;
    const [across, down] = [event.deltaX * unit, event.deltaY * unit];
    if (!event.ctrlKey && (event.shiftKey || Math.abs(across) > Math.abs(down))) {
      view.panBy(event.shiftKey && across === 0 ? [-down, 0] : [-across, -down]);
    } else {
      const turned = Math.min(WHEEL_MOST_PX, Math.max(-WHEEL_MOST_PX, down));
      // Fingers on a pad send small steps with Ctrl held.
      view.zoomBy(Math.exp(-turned * ZOOM_PER_PX * (event.ctrlKey ? 4 : 1)), this.#screen(event));
    }
    this.#core.point(this.#input('move', event));
  }

  /** Asked each time: the window may have moved on the page since the last event. */
  #screen({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.#stage.corner();
    return [clientX - left, clientY - top];
  }

  #input(type: PointerInput['type'], event: MouseEvent): PointerInput {
    const screen = this.#screen(event);
    return {
      type,
      screen,
      at: this.#core.view.toImage(screen),
      button: event.button,
      shift: event.shiftKey,
      ctrl: event.ctrlKey || event.metaKey,
      alt: event.altKey,
      isKeyboard: false,
    };
  }
}

function spread([a, b]: readonly Point[]): { middle: Point; length: number } | null {
  if (!a || !b) return null;
  return { middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], length: Math.hypot(a[0] - b[0], a[1] - b[1]) };
}
