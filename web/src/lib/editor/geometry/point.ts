// Points, bounds and distances in image pixels: origin at the top left of the picture as shown, kept to 1/100 px.
export type Point = readonly [x: number, y: number];
export type Size = Readonly<{ width: number; height: number }>;
export type Bounds = Readonly<{ minX: number; minY: number; maxX: number; maxY: number }>;

/** What a coordinate is kept to: 1/100 px. Adding zero turns -0 into 0. */
export const round = (value: number): number => Math.round(value * 100) / 100 + 0;

export const roundPoint = ([x, y]: Point): Point => [round(x), round(y)];

const within = (value: number, most: number): number => Math.min(most, Math.max(0, value));

/** The point of the picture that is nearest. */
export const clampPoint = ([x, y]: Point, size: Size): Point => [
  within(x, size.width),
  within(y, size.height),
];

/** A point as the document keeps it: inside the picture, to 1/100 px. */
export const placed = (at: Point, size: Size): Point => roundPoint(clampPoint(at, size));

export const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

export const middle = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

export function nearestOnSegment(at: Point, a: Point, b: Point): Point {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const squared = dx * dx + dy * dy;
  if (squared === 0) return a;
  const along = within(((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / squared, 1);
  return [a[0] + along * dx, a[1] + along * dy];
}

export function boundsOf(points: readonly Point[]): Bounds {
  let minX = Infinity;
  let minY = Infinity;
  let maxX = -Infinity;
  let maxY = -Infinity;
  for (const [x, y] of points) {
    if (x < minX) minX = x;
    if (y < minY) minY = y;
    if (x > maxX) maxX = x;
    if (y > maxY) maxY = y;
  }
  return { minX, minY, maxX, maxY };
}

export const overlap = (a: Bounds, b: Bounds): boolean =>
  a.minX <= b.maxX && a.maxX >= b.minX && a.minY <= b.maxY && a.maxY >= b.minY;

export const encloses = (outer: Bounds, inner: Bounds): boolean =>
  outer.minX <= inner.minX &&
  outer.minY <= inner.minY &&
  outer.maxX >= inner.maxX &&
  outer.maxY >= inner.maxY;

export const grown = (bounds: Bounds, by: number): Bounds => ({
  minX: bounds.minX - by,
  minY: bounds.minY - by,
  maxX: bounds.maxX + by,
  maxY: bounds.maxY + by,
});

export const around = ([x, y]: Point, by: number): Bounds => ({
  minX: x - by,
  minY: y - by,
  maxX: x + by,
  maxY: y + by,
});

export const union = (a: Bounds, b: Bounds): Bounds => ({
  minX: Math.min(a.minX, b.minX),
  minY: Math.min(a.minY, b.minY),
  maxX: Math.max(a.maxX, b.maxX),
  maxY: Math.max(a.maxY, b.maxY),
});

/** How far something with these bounds may move so that it leaves the picture no further than it already does. */
export function heldMove(by: Point, bounds: Bounds, size: Size): Point {
  const held = (move: number, least: number, most: number, length: number) =>
    Math.min(Math.max(0, length - most), Math.max(Math.min(0, -least), move));
  return [
    held(by[0], bounds.minX, bounds.maxX, size.width),
    held(by[1], bounds.minY, bounds.maxY, size.height),
  ];
}
