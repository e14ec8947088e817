// The picture under the shapes: painted from the nearest of several halved copies, so that a small view of a large picture is cheap and smooth.
import type { Size } from '../geometry/point';
import type { View } from '../view/view';
import { Layer } from './layer';

export type Picture = ImageBitmap | HTMLImageElement | HTMLCanvasElement;
type Source = Picture | OffscreenCanvas;

/** Above this scale pixels are shown as they are, square. */
const PIXELS_FROM_SCALE = 2;
/** Copies are made while pictures are larger than this. */
const SMALLEST_COPY_PX = 700;

export class PictureLayer {
  readonly layer: Layer;
  #size: Size;
  #picture: Picture | null = null;
  /** Each half as large as the one before; the first is the picture itself. */
  #copies: Source[] = [];

  constructor(host: HTMLElement, size: Size) {
    this.layer = new Layer(host, 'picture');
    this.#size = size;
  }

  set(picture: Picture | null): void {
    this.#picture = picture;
    this.#copies = picture ? [picture] : [];
    this.layer.base = null;
  }

  setFilter(brightness: number, contrast: number): void {
    this.layer.canvas.style.filter =
      brightness === 1 && contrast === 1 ? '' : `brightness(${brightness}) contrast(${contrast})`;
  }

  /** Brings the layer in line with the view; while the view moves, painting waits as long as it can. */
  frame(view: View, isResting: boolean): boolean {
    const { layer } = this;
    layer.resize(view.window, view.ratio);
    const isWhole = layer.covers(view, this.#size, 0);
    if (!isWhole && (isResting || !layer.isStretchable(view))) this.#paint(view);
    layer.place(view.now);
    return layer.base?.scale === view.now.scale;
  }

  #paint({ now, window, ratio }: View) {
    const { layer } = this;
    const { context, canvas } = layer;
    layer.base = now;
    const onto = layer.onto(now);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const shown = layer.boundsOf({ x: 0, y: 0, width: canvas.width, height: canvas.height }, onto);
    const left = Math.max(0, Math.floor(shown.minX));
    const top = Math.max(0, Math.floor(shown.minY));
    const width = Math.min(this.#size.width, Math.ceil(shown.maxX)) - left;
    const height = Math.min(this.#size.height, Math.ceil(shown.maxY)) - top;
    if (width <= 0 || height <= 0 || window.width === 0) return;
    const source = this.#sourceFor(onto.scale);
    if (!source) return;
    // The picture may have been made smaller than the asset, and a copy is.
    const [across, down] = [widthOf(source) / this.#size.width, heightOf(source) / this.#size.height];
    context.imageSmoothingEnabled = now.scale * ratio < PIXELS_FROM_SCALE * ratio || across < 1;
    context.imageSmoothingQuality = 'low';
    context.drawImage(
      source,
      left * across,
      top * down,
      width * across,
      height * down,
      left * onto.scale + onto.x,
      top * onto.scale + onto.y,
      width * onto.scale,
      height * onto.scale,
    );
  }

  /** The smallest copy that still has a pixel for each pixel of the screen. */
  #sourceFor(scale: number): Source | null {
    if (!this.#picture) return null;
    const wanted = scale * this.#size.width;
    let index = 0;
    for (;;) {
      const source = this.#copies[index];
      if (!source || widthOf(source) / 2 < wanted || widthOf(source) / 2 < SMALLEST_COPY_PX)
        return source ?? null;
      this.#copies[index + 1] ??= halved(source);
      index++;
    }
  }
}

function halved(source: Source): Source {
  const copy = document.createElement('canvas');
  copy.width = Math.ceil(widthOf(source) / 2);
  copy.height = Math.ceil(heightOf(source) / 2);
  const context = copy.getContext('2d');
  if (!context) return copy;
  context.imageSmoothingQuality = 'low';
  context.drawImage(source, 0, 0, copy.width, copy.height);
  return copy;
}

const widthOf = (source: Source): number => ('naturalWidth' in source ? source.naturalWidth : source.width);
const heightOf = (source: Source): number =>
  'naturalHeight' in source ? source.naturalHeight : source.height;
