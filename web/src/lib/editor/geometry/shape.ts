// What can be drawn: the shapes, and everything that follows from a shape's rings alone, whatever its kind.
import { boundsOf, distance, nearestOnSegment, type Bounds, type Point } from './point';

export type BoxShape = Readonly<{
  kind: 'bounding-box';
  x: number;
  y: number;
  width: number;
  height: number;
}>;
export type PathShape = Readonly<{ kind: 'polygon' | 'polyline'; points: readonly Point[] }>;
export type SpotShape = Readonly<{ kind: 'point'; at: Point }>;
export type Shape = BoxShape | PathShape | SpotShape;
export type ShapeKind = Shape['kind'];

/** A line through points; a closed one bounds an area by the even-odd rule, one of a single point is a spot. */
export type Ring = Readonly<{ points: readonly Point[]; isClosed: boolean }>;

/** Something to take hold of on a selected shape. */
export type Handle = Readonly<{ at: Point; cursor: string }>;

/** What a kind of shape knows of itself: add one here, and every tool, list and layer can hold it. */
export interface Kind<S extends Shape> {
  /** From the geometry as an answer holds it, or null when it is something else. */
  read(json: unknown): S | null;
  /** The geometry for an answer; what `before` holds besides is kept. */
  write(shape: S, before: unknown): unknown;
  rings(shape: S): readonly Ring[];
  handles(shape: S): readonly Handle[];
  moveHandle(shape: S, handle: number, to: Point): S;
  moveBy(shape: S, by: Point): S;
  /** Whether handles are vertices that can be added and taken away, and how few may remain. */
  fewestVertices?: number;
  insertVertex?(shape: S, edge: number, at: Point): S;
  removeVertex?(shape: S, vertex: number): S;
}

const boundsKept = new WeakMap<Shape, Bounds>();
const areaKept = new WeakMap<Shape, number>();

/** Shapes never change, so what is measured once stays. */
export function measured(shape: Shape, rings: () => readonly Ring[]): Bounds {
  let bounds = boundsKept.get(shape);
  if (!bounds) {
    bounds = boundsOf(rings().flatMap(({ points }) => points));
    boundsKept.set(shape, bounds);
  }
  return bounds;
}

export function measuredArea(shape: Shape, rings: () => readonly Ring[]): number {
  let area = areaKept.get(shape);
  if (area === undefined) {
    area = Math.abs(rings().reduce((sum, ring) => sum + (ring.isClosed ? signedArea(ring.points) : 0), 0));
    areaKept.set(shape, area);
  }
  return area;
}

export function signedArea(points: readonly Point[]): number {
  let twice = 0;
  let before = points.at(-1);
  for (const at of points) {
    if (before) twice += before[0] * at[1] - at[0] * before[1];
    before = at;
  }
  return twice / 2;
}

/** Whether a point lies inside by the even-odd rule over all closed rings. */
export function isInside(rings: readonly Ring[], [x, y]: Point): boolean {
  let inside = false;
  for (const { points, isClosed } of rings) {
    if (!isClosed) continue;
    let before = points.at(-1);
    for (const at of points) {
      if (before && at[1] > y !== before[1] > y) {
        const crossing = ((before[0] - at[0]) * (y - at[1])) / (before[1] - at[1]) + at[0];
        if (x < crossing) inside = !inside;
      }
      before = at;
    }
  }
  return inside;
}

export type Edge = Readonly<{ edge: number; at: Point; distance: number }>;

/** The nearest place on the lines; edge n runs from point n to the next one. */
export function nearestEdge(rings: readonly Ring[], at: Point): Edge | null {
  let best: Edge | null = null;
  let first = 0;
  for (const { points, isClosed } of rings) {
    points.forEach((from, index) => {
      const to = points[index + 1] ?? (isClosed || points.length === 1 ? points[0] : undefined);
      if (!to) return;
      const on = nearestOnSegment(at, from, to);
      const away = distance(at, on);
      if (!best || away < best.distance) best = { edge: first + index, at: on, distance: away };
    });
    first += points.length;
  }
  return best;
}
