// The window onto the picture as something that moves: zoom, pan, fit, and never a jump when the window changes.
import type { Bounds, Point, Size } from '../geometry/point';
import * as viewport from './viewport';
import type { Viewport } from './viewport';

const STEP = 1.25;
const REVEAL_MARGIN_PX = 40;

export class View {
  now: Viewport = { scale: 1, x: 0, y: 0 };
  window: Size = { width: 0, height: 0 };
  /** Device pixels for a CSS pixel. */
  ratio = 1;
  #picture: Size;
  #changed: () => void;

  constructor(picture: Size, changed: () => void) {
    this.#picture = picture;
    this.#changed = changed;
  }

  /**
   * The window got another size, or its corner moved by `shift` on the page. The picture stays where it is on the
   * screen; only the first time it is fitted.
   */
  resize(window: Size, ratio: number, shift: Point = [0, 0]): void {
    const isFirst = this.window.width === 0 || this.window.height === 0;
    this.window = window;
    this.ratio = ratio;
    if (window.width === 0 || window.height === 0) return;
    if (isFirst) this.now = viewport.fit(window, this.#picture);
    else this.now = { ...this.now, x: this.now.x - shift[0], y: this.now.y - shift[1] };
    this.#set(this.now);
  }

  toImage = (screen: Point): Point => viewport.toImage(this.now, screen);
  toScreen = (image: Point): Point => viewport.toScreen(this.now, image);
  visible = (): Bounds => viewport.visible(this.now, this.window);

  /** The middle of the part of the picture that is seen. */
  middle(): Point {
    const { minX, minY, maxX, maxY } = this.visible();
    const { width, height } = this.#picture;
    return [
      (Math.max(0, minX) + Math.min(width, maxX)) / 2,
      (Math.max(0, minY) + Math.min(height, maxY)) / 2,
    ];
  }

  get isFit(): boolean {
    const { scale, x, y } = viewport.fit(this.window, this.#picture);
    return (
      Math.abs(scale - this.now.scale) < 1e-6 && Math.abs(x - this.now.x) < 1 && Math.abs(y - this.now.y) < 1
    );
  }

  fit = (): void => this.#set(viewport.fit(this.window, this.#picture));

  panBy = ([dx, dy]: Point): void => this.#set({ ...this.now, x: this.now.x + dx, y: this.now.y + dy });

  /** Zooms to a scale so that what lies under `at` (the window's middle if not said) stays there. */
  zoomTo(scale: number, at: Point = this.#centre()): void {
    const clamped = viewport.clampScale(scale, this.window, this.#picture);
    this.#set(viewport.zoomAt(this.now, at, clamped));
  }

  zoomBy = (factor: number, at?: Point): void => this.zoomTo(this.now.scale * factor, at);
  zoomIn = (): void => this.zoomBy(STEP);
  zoomOut = (): void => this.zoomBy(1 / STEP);

  showBounds(bounds: Bounds): void {
    const most = Math.max(4, this.now.scale);
    const { scale } = viewport.fitBounds(this.window, bounds, most);
    const middle: Point = [(bounds.minX + bounds.maxX) / 2, (bounds.minY + bounds.maxY) / 2];
    this.#set(viewport.centred(this.window, middle, viewport.clampScale(scale, this.window, this.#picture)));
  }

  /** Pans as little as needed for a place to be seen. */
  reveal(at: Point): void {
    const [x, y] = this.toScreen(at);
    const { width, height } = this.window;
    const margin = Math.min(REVEAL_MARGIN_PX, width / 4, height / 4);
    const away = (value: number, most: number) =>
      value < margin ? margin - value : value > most - margin ? most - margin - value : 0;
    const by: Point = [away(x, width), away(y, height)];
    if (by[0] !== 0 || by[1] !== 0) this.panBy(by);
  }

  #centre = (): Point => [this.window.width / 2, this.window.height / 2];

  #set(view: Viewport) {
    if (this.window.width === 0 || this.window.height === 0) return;
    this.now = viewport.aligned(viewport.held(view, this.window, this.#picture), this.ratio);
    this.#changed();
  }
}
