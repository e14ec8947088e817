// Bounding boxes: upright rectangles with eight handles, corners and sides in turn from the top left.
import { isObject } from '../document/json';
import { round, roundPoint, type Point } from './point';
import type { BoxShape, Kind } from './shape';

/** Where each handle sits across and down: 0 the near side, ½ the middle, 1 the far side. */
const PLACES: readonly (readonly [number, number, string])[] = [
  [0, 0, 'nwse-resize'],
  [0.5, 0, 'ns-resize'],
  [1, 0, 'nesw-resize'],
  [1, 0.5, 'ew-resize'],
  [1, 1, 'nwse-resize'],
  [0.5, 1, 'ns-resize'],
  [0, 1, 'nesw-resize'],
  [0, 0.5, 'ew-resize'],
];

/** The box between two opposite corners, whichever they are. */
export function boxBetween(a: Point, b: Point): BoxShape {
  const [x, y] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
  return {
    kind: 'bounding-box',
    x,
    y,
    width: round(Math.max(a[0], b[0]) - x),
    height: round(Math.max(a[1], b[1]) - y),
  };
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export const boxKind: Kind<BoxShape> = {
  read(json) {
    if (!isObject(json)) return null;
    const { x, y, width, height } = json;
    if (!isNumber(x) || !isNumber(y) || !isNumber(width) || !isNumber(height)) return null;
    // Older tools give the corner that was clicked first: then width and height may be negative.
    return {
      kind: 'bounding-box',
      x: width < 0 ? x + width : x,
      y: height < 0 ? y + height : y,
      width: Math.abs(width),
      height: Math.abs(height),
    };
  },
  write({ x, y, width, height }, before) {
    return { ...(isObject(before) ? before : {}), x, y, width, height };
  },
  rings({ x, y, width, height }) {
    const points: Point[] = [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ];
    return [{ points, isClosed: true }];
  },
  handles({ x, y, width, height }) {
    return PLACES.map(([across, down, cursor]) => ({ at: [x + across * width, y + down * height], cursor }));
  },
  moveHandle(box, handle, to) {
    const [across, down] = PLACES[handle] ?? [0, 0];
    const [x, y] = roundPoint(to);
    const [right, bottom] = [box.x + box.width, box.y + box.height];
    return boxBetween(
      [across === 0 ? x : box.x, down === 0 ? y : box.y],
      [across === 1 ? x : right, down === 1 ? y : bottom],
    );
  },
  moveBy(box, by) {
    return { ...box, x: round(box.x + by[0]), y: round(box.y + by[1]) };
  },
};
