// Where the picture lies in its window: scale (screen pixels for an image pixel) and the offset of its top left corner.
import type { Bounds, Point, Size } from '../geometry/point';

export type Viewport = Readonly<{ scale: number; x: number; y: number }>;

export const SCALE_MOST = 64;
/** A picture can be made this much smaller than it is when it fits. */
const LEAST_OF_FIT = 0.25;
/** A tiny picture is enlarged at most this much to fit. */
const FIT_MOST = 8;
const MARGIN_PX = 24;
/** So much of the picture always stays in sight. */
const KEPT_IN_SIGHT_PX = 64;

export const toImage = (view: Viewport, [x, y]: Point): Point => [
  (x - view.x) / view.scale,
  (y - view.y) / view.scale,
];

export const toScreen = (view: Viewport, [x, y]: Point): Point => [
  x * view.scale + view.x,
  y * view.scale + view.y,
];

/** The part of the image plane that the window shows. */
export function visible(view: Viewport, window: Size): Bounds {
  const [minX, minY] = toImage(view, [0, 0]);
  const [maxX, maxY] = toImage(view, [window.width, window.height]);
  return { minX, minY, maxX, maxY };
}

export function fitScale(window: Size, picture: Size): number {
  const margin = Math.min(MARGIN_PX, window.width / 20, window.height / 20);
  const scale = Math.min(
    (window.width - 2 * margin) / picture.width,
    (window.height - 2 * margin) / picture.height,
  );
  return Math.min(FIT_MOST, Math.max(scale, 1e-4));
}

/** The whole picture in the middle of the window. */
export const fit = (window: Size, picture: Size): Viewport =>
  centred(window, [picture.width / 2, picture.height / 2], fitScale(window, picture));

export function centred(window: Size, middle: Point, scale: number): Viewport {
  return { scale, x: window.width / 2 - middle[0] * scale, y: window.height / 2 - middle[1] * scale };
}

/** Brings a part of the picture as large as the window allows, but not beyond `most`. */
export function fitBounds(window: Size, { minX, minY, maxX, maxY }: Bounds, most: number): Viewport {
  const scale = Math.min(
    most,
    (window.width * 0.6) / Math.max(1, maxX - minX),
    (window.height * 0.6) / Math.max(1, maxY - minY),
  );
  return centred(window, [(minX + maxX) / 2, (minY + maxY) / 2], scale);
}

export function clampScale(scale: number, window: Size, picture: Size): number {
  const least = Math.min(1, fitScale(window, picture)) * LEAST_OF_FIT;
  return Math.min(SCALE_MOST, Math.max(least, scale));
}

/** Zooms so that the place of the picture under `at` stays under it. */
export function zoomAt(view: Viewport, at: Point, scale: number): Viewport {
  const grown = scale / view.scale;
  return { scale, x: at[0] - (at[0] - view.x) * grown, y: at[1] - (at[1] - view.y) * grown };
}

/** Keeps the picture from being lost: some of it always stays in the window. */
export function held(view: Viewport, window: Size, picture: Size): Viewport {
  return {
    scale: view.scale,
    x: heldOffset(view.x, window.width, picture.width * view.scale),
    y: heldOffset(view.y, window.height, picture.height * view.scale),
  };
}

function heldOffset(offset: number, windowPx: number, picturePx: number): number {
  const kept = Math.min(KEPT_IN_SIGHT_PX, picturePx, windowPx);
  return Math.min(windowPx - kept, Math.max(kept - picturePx, offset));
}

/** On whole device pixels, so that what was painted at another offset can be shown again without blur. */
export function aligned(view: Viewport, ratio: number): Viewport {
  return { scale: view.scale, x: Math.round(view.x * ratio) / ratio, y: Math.round(view.y * ratio) / ratio };
}
