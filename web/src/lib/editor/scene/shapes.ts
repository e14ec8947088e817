// The static scene: all shapes that nobody holds, painted ahead on a layer, brought up to date in slices between frames.
import type { Core } from '../core';
import { boundsOfShape } from '../geometry/kinds';
import { grown, type Bounds, type Size } from '../geometry/point';
import { UNKNOWN_COLOR } from '../schema/schema';
import type { View } from '../view/view';
import type { Viewport } from '../view/viewport';
import { Layer, MARGIN_PX, type Rectangle } from './layer';
import { costOf, FILL, FILL_HOVERED, paintShape, type Onto } from './paint';
import { Pace } from './pace';

/** Strokes, casings and spots reach this far beyond a shape's bounds. */
const AROUND_PX = 7;
/** A change that costs more than this is painted in slices too. */
const AT_ONCE_COST = 12_000;
/** Painting ahead begins when less than this is left of the margin. */
const SPARE_PX = MARGIN_PX / 2;

/** More changed places than this are painted as a whole. */
const PENDING_MOST = 64;
/** A larger selection is not lifted off the scene. */
export const HELD_MOST = 200;

const MARKED = { color: '#ffffff', fill: FILL_HOVERED, isCased: true };

type Job = {
  base: Viewport;
  onto: Onto;
  rectangles: Rectangle[];
  /** What is left of the rectangle that is being painted, from back to front. */
  keys: number[];
  place: number;
  current: Rectangle | null;
};

export class ShapeLayers {
  #core: Core;
  #front: Layer;
  #back: Layer;
  #job: Job | null = null;
  /** What is painted elsewhere because somebody holds it. */
  #lifted: ReadonlySet<number> = new Set();
  /** What looks selected although nobody holds it. */
  #marked: ReadonlySet<number> = new Set();
  #pending: Bounds[] = [];
  #isStale = true;
  readonly pace = new Pace();

  constructor(host: HTMLElement, core: Core) {
    this.#core = core;
    this.#front = new Layer(host, 'shapes');
    this.#back = new Layer(host, 'shapes-ahead');
    this.#back.canvas.style.visibility = 'hidden';
  }

  setOpacity(opacity: number): void {
    for (const { canvas } of [this.#front, this.#back]) canvas.style.opacity = String(opacity);
  }

  /** Everything has to be painted again. */
  invalidateAll(): void {
    this.#isStale = true;
    this.#job = null;
    this.#pending = [];
  }

  /** What is selected is painted by whoever holds it; a very large selection stays here and is marked. */
  hold(selection: ReadonlySet<number>): void {
    const isMany = selection.size > HELD_MOST;
    if (isMany || this.#marked.size > 0) this.invalidateAll();
    const before = this.#lifted;
    this.#lifted = isMany ? new Set() : selection;
    this.#marked = isMany ? selection : new Set();
    for (const key of before) if (!this.#lifted.has(key)) this.#invalidateKey(key);
    for (const key of this.#lifted) if (!before.has(key)) this.#invalidateKey(key);
  }

  isHeld = (key: number): boolean => this.#lifted.has(key);

  #invalidateKey(key: number) {
    const shape = this.#core.document.find(key)?.shape;
    if (shape) this.invalidate(boundsOfShape(shape));
  }

  /** A part of the picture looks different from the next frame on. */
  invalidate(bounds: Bounds): void {
    if (this.#isStale) return;
    this.#pending.push(bounds);
    if (this.#pending.length > PENDING_MOST) this.invalidateAll();
  }

  #flush() {
    const pending = this.#pending.splice(0);
    for (const bounds of pending) {
      if (this.#isStale) return;
      if (this.#job) {
        const rectangle = this.#back.rectangleOf(bounds, this.#job.onto, AROUND_PX * this.#back.ratio);
        if (rectangle) this.#job.rectangles.push(rectangle);
      }
      this.#repaint(bounds);
    }
  }

  #repaint(bounds: Bounds) {
    const front = this.#front;
    if (!front.base) return;
    const onto = front.onto(front.base);
    const rectangle = front.rectangleOf(bounds, onto, AROUND_PX * front.ratio);
    if (!rectangle) return;
    const keys = this.#keysIn(front, rectangle, onto);
    const cost = keys.reduce((sum, key) => sum + this.#costOf(key), 0);
    if (cost > AT_ONCE_COST) return this.invalidateAll();
    this.#clear(front, rectangle);
    this.#clipped(front, rectangle, () => {
      for (const key of keys) this.#paint(front, key, onto);
    });
  }

  /** One frame: moves what is painted, paints a slice of what is missing. True when nothing is left to do. */
  frame(view: View, isResting: boolean): boolean {
    this.#flush();
    const canWait = !this.#isStale && !isResting && this.#front.isStretchable(view);
    // What was begun for a zoom that goes on would be out of date when it is done.
    if (this.#job && canWait && this.#job.base.scale !== view.now.scale) this.#job = null;
    if (!this.#job && !canWait && !this.#isReady(view)) this.#start(view);
    if (this.#job) this.#advance(this.#job);
    this.#front.place(view.now);
    return !this.#job && this.#isReady(view);
  }

  #isReady(view: View): boolean {
    return !this.#isStale && this.#front.covers(view, this.#core.size, SPARE_PX);
  }

  #start({ now, window, ratio }: View) {
    const back = this.#back;
    back.resize(window, ratio);
    const whole = { x: 0, y: 0, width: back.canvas.width, height: back.canvas.height };
    const shift = this.#isStale ? null : back.shiftFrom(this.#front, now);
    const onto = back.onto(now);
    this.#isStale = false;
    back.context.setTransform(1, 0, 0, 1, 0, 0);
    back.context.clearRect(0, 0, whole.width, whole.height);
    let rectangles: Rectangle[] = [whole];
    if (shift) {
      // After a pan most of it is painted already: only what came into sight is missing.
      back.context.drawImage(this.#front.canvas, shift[0], shift[1]);
      rectangles = uncovered(whole, shift[0], shift[1]);
    }
    this.#job = { base: now, onto, rectangles, keys: [], place: 0, current: null };
  }

  #advance(job: Job) {
    let budget = this.pace.budget;
    while (budget > 0) {
      if (!job.current) {
        const next = job.rectangles.shift();
        if (!next) return this.#finish(job);
        this.#clear(this.#back, next);
        job.current = next;
        job.keys = this.#keysIn(this.#back, next, job.onto);
        job.place = 0;
      }
      budget = this.#slice(job, job.current, budget);
      if (job.place >= job.keys.length) job.current = null;
    }
    this.pace.isUsedUp = true;
  }

  #slice(job: Job, rectangle: Rectangle, budget: number): number {
    let left = budget;
    this.#clipped(this.#back, rectangle, () => {
      while (left > 0 && job.place < job.keys.length) {
        const key = job.keys[job.place++];
        if (key === undefined) continue;
        left -= this.#costOf(key);
        this.#paint(this.#back, key, job.onto);
      }
    });
    return left;
  }

  #finish(job: Job) {
    [this.#front, this.#back] = [this.#back, this.#front];
    this.#front.base = job.base;
    this.#front.canvas.style.visibility = 'visible';
    this.#back.canvas.style.visibility = 'hidden';
    this.#job = null;
  }

  #keysIn(layer: Layer, rectangle: Rectangle, onto: Onto): number[] {
    const { document, grid } = this.#core;
    const bounds = grown(layer.boundsOf(rectangle, onto), (AROUND_PX * layer.ratio) / onto.scale);
    return grid
      .query(bounds)
      .filter((key) => this.#core.isShown(key) && !this.#lifted.has(key))
      .sort((a, b) => document.place(a) - document.place(b));
  }

  #costOf(key: number): number {
    const shape = this.#core.document.find(key)?.shape;
    return shape ? costOf(shape) : 0;
  }

  #paint(layer: Layer, key: number, onto: Onto) {
    const object = this.#core.document.find(key);
    if (!object?.shape) return;
    const color = this.#core.classOf(object)?.color ?? UNKNOWN_COLOR;
    const { ratio } = layer;
    if (!this.#marked.has(key))
      paintShape(layer.context, object.shape, onto, { color, fill: FILL, isCased: true, ratio });
    else paintShape(layer.context, object.shape, onto, { ...MARKED, ratio });
  }

  #clear({ context }: Layer, { x, y, width, height }: Rectangle) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(x, y, width, height);
  }

  #clipped({ context }: Layer, { x, y, width, height }: Rectangle, paint: () => void) {
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    context.lineJoin = 'round';
    paint();
    context.restore();
  }
}

/** What a rectangle of pixels does not cover any more after it was moved. */
export function uncovered({ width, height }: Size, dx: number, dy: number): Rectangle[] {
  const [across, down] = [Math.min(width, Math.abs(dx)), Math.min(height, Math.abs(dy))];
  const rectangles: Rectangle[] = [];
  if (down > 0) rectangles.push({ x: 0, y: dy > 0 ? 0 : height - down, width, height: down });
  if (across > 0) {
    rectangles.push({
      x: dx > 0 ? 0 : width - across,
      y: dy > 0 ? down : 0,
      width: across,
      height: height - down,
    });
  }
  return rectangles.filter((one) => one.width > 0 && one.height > 0);
}
