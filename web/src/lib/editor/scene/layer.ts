// A canvas larger than the window, painted for one place of the picture and shown for others by moving or stretching it.
import type { Bounds, Point, Size } from '../geometry/point';
import type { View } from '../view/view';
import type { Viewport } from '../view/viewport';
import type { Onto } from './paint';

/** So far a layer reaches beyond the window, for panning without painting. */
export const MARGIN_PX = 256;

/** While zooming, what is painted is stretched by up to so much, and shrunk until the margin is used up, before it is painted anew. */
const STRETCH_MOST = 1.6;
const SHRINK_MOST = 1.4;

export class Layer {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  /** The view that it was painted for; null: nothing is painted. */
  base: Viewport | null = null;
  ratio = 1;
  /** The window that it has room for. */
  #room: Size = { width: 0, height: 0 };

  constructor(host: HTMLElement, name: string) {
    this.canvas = document.createElement('canvas');
    this.canvas.dataset.layer = name;
    this.canvas.setAttribute('aria-hidden', 'true');
    Object.assign(this.canvas.style, {
      position: 'absolute',
      left: '0',
      top: '0',
      transformOrigin: '0 0',
      pointerEvents: 'none',
    });
    const context = this.canvas.getContext('2d');
    if (!context) throw new Error('This browser gave no canvas to draw on: close other tabs and reload.');
    this.context = context;
    host.append(this.canvas);
  }

  /** Makes room for a window and its margins. What was painted is gone when the room changed. */
  resize(window: Size, ratio: number): boolean {
    const width = Math.ceil((window.width + 2 * MARGIN_PX) * ratio);
    const height = Math.ceil((window.height + 2 * MARGIN_PX) * ratio);
    if (this.canvas.width === width && this.canvas.height === height && this.ratio === ratio) return false;
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.style.width = `${width / ratio}px`;
    this.canvas.style.height = `${height / ratio}px`;
    this.ratio = ratio;
    this.#room = window;
    this.base = null;
    return true;
  }

  /** From image pixels to pixels of this canvas. */
  onto(base: Viewport): Onto {
    return {
      scale: base.scale * this.ratio,
      x: (base.x + MARGIN_PX) * this.ratio,
      y: (base.y + MARGIN_PX) * this.ratio,
    };
  }

  /** Moves and stretches what is painted to where it belongs now. */
  place(view: Viewport): void {
    if (!this.base) return;
    const grown = view.scale / this.base.scale;
    const x = view.x - (this.base.x + MARGIN_PX) * grown;
    const y = view.y - (this.base.y + MARGIN_PX) * grown;
    this.canvas.style.transform =
      grown === 1 ? `translate(${x}px,${y}px)` : `translate(${x}px,${y}px) scale(${grown})`;
  }

  /** Whether what is painted can be shown by stretching it while the view is zoomed. */
  isStretchable({ now, ratio }: View): boolean {
    const grown = this.base ? now.scale / this.base.scale : 0;
    return this.ratio === ratio && grown !== 1 && grown < STRETCH_MOST && grown > 1 / SHRINK_MOST;
  }

  /** Whether all of the picture that the window shows, and `spare` pixels around it, is painted at this scale. */
  covers({ now, window, ratio }: View, picture: Size, spare: number): boolean {
    const { base } = this;
    if (!base || base.scale !== now.scale || this.ratio !== ratio) return false;
    const isIn = (offset: number, from: number, windowPx: number, roomPx: number, picturePx: number) => {
      const least = Math.max(-spare, offset);
      const most = Math.min(windowPx + spare, offset + picturePx);
      const moved = offset - from;
      return least - moved >= -MARGIN_PX && most - moved <= roomPx + MARGIN_PX;
    };
    const [across, down] = [picture.width * now.scale, picture.height * now.scale];
    return (
      isIn(now.x, base.x, window.width, this.#room.width, across) &&
      isIn(now.y, base.y, window.height, this.#room.height, down)
    );
  }

  /** Whole pixels by which the content of `other` moves to be right here; null when it would have to be stretched. */
  shiftFrom(other: Layer, view: Viewport): Point | null {
    const { base, canvas } = other;
    if (!base || base.scale !== view.scale || other.ratio !== this.ratio) return null;
    if (canvas.width !== this.canvas.width || canvas.height !== this.canvas.height) return null;
    return [Math.round((view.x - base.x) * this.ratio), Math.round((view.y - base.y) * this.ratio)];
  }

  /** The part of the image plane that a rectangle of canvas pixels shows. */
  boundsOf({ x, y, width, height }: Rectangle, onto: Onto): Bounds {
    return {
      minX: (x - onto.x) / onto.scale,
      minY: (y - onto.y) / onto.scale,
      maxX: (x + width - onto.x) / onto.scale,
      maxY: (y + height - onto.y) / onto.scale,
    };
  }

  /** The whole pixels of this canvas that bounds of the image touch, `by` pixels around included. */
  rectangleOf({ minX, minY, maxX, maxY }: Bounds, onto: Onto, by: number): Rectangle | null {
    const { width, height } = this.canvas;
    const left = Math.max(0, Math.floor(minX * onto.scale + onto.x - by));
    const top = Math.max(0, Math.floor(minY * onto.scale + onto.y - by));
    const right = Math.min(width, Math.ceil(maxX * onto.scale + onto.x + by));
    const bottom = Math.min(height, Math.ceil(maxY * onto.scale + onto.y + by));
    return right > left && bottom > top
      ? { x: left, y: top, width: right - left, height: bottom - top }
      : null;
  }
}

export type Rectangle = Readonly<{ x: number; y: number; width: number; height: number }>;
