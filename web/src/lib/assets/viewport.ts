// Where a picture lies in its window: scale and offset, and how zooming, moving and fitting change them.
export type Size = { width: number; height: number };
export type Viewport = { scale: number; x: number; y: number };

/** A tiny picture is enlarged at most this much to fit. */
const FIT_MOST = 3;
const SCALE_MOST = 32;
const SCALE_LEAST = 0.02;
const MARGIN_PX = 16;

/** The whole picture in the middle of the window. */
export function fit(window: Size, picture: Size): Viewport {
  const margin = Math.min(MARGIN_PX, window.width / 20);
  const scale = Math.min(
    FIT_MOST,
    (window.width - 2 * margin) / picture.width,
    (window.height - 2 * margin) / picture.height,
  );
  return centred(window, picture, Math.max(scale, SCALE_LEAST));
}

export function centred(window: Size, picture: Size, scale: number): Viewport {
  return {
    scale,
    x: (window.width - picture.width * scale) / 2,
    y: (window.height - picture.height * scale) / 2,
  };
}

/** Zooms so that the point of the picture under (x, y) stays there. */
export function zoomAt(viewport: Viewport, x: number, y: number, factor: number): Viewport {
  const scale = Math.min(SCALE_MOST, Math.max(SCALE_LEAST, viewport.scale * factor));
  const grown = scale / viewport.scale;
  return { scale, x: x - (x - viewport.x) * grown, y: y - (y - viewport.y) * grown };
}

/** Keeps a picture from being lost: it stays centred while it fits, and covers the window while it does not. */
export function held(viewport: Viewport, window: Size, picture: Size): Viewport {
  const { scale } = viewport;
  return {
    scale,
    x: heldOffset(viewport.x, window.width, picture.width * scale),
    y: heldOffset(viewport.y, window.height, picture.height * scale),
  };
}

function heldOffset(offset: number, windowPx: number, picturePx: number): number {
  if (picturePx <= windowPx) return (windowPx - picturePx) / 2;
  return Math.min(MARGIN_PX, Math.max(windowPx - picturePx - MARGIN_PX, offset));
}
