// What lies under the pointer: the smallest shape around it, so that small ones inside large ones stay within reach.
import type { Document } from '../document/document';
import { areaOf, boundsOfShape, distanceTo, kindOf, ringsOf } from '../geometry/kinds';
import { around, distance, encloses, middle, type Bounds, type Point } from '../geometry/point';
import { nearestEdge, type Edge, type Shape } from '../geometry/shape';
import type { Grid } from './grid';

/** The object that a click at this place means, among those that `isShown`; `reach` in image pixels. */
export function hitObject(
  document: Document,
  grid: Grid,
  at: Point,
  reach: number,
  isShown: (key: number) => boolean,
): number | null {
  return smallestAt(document, grid.query(around(at, reach)).filter(isShown), at, reach);
}

/** The same among given candidates: the smallest wins, of equals the one in front. */
export function smallestAt(
  document: Document,
  keys: Iterable<number>,
  at: Point,
  reach: number,
): number | null {
  let best: { key: number; area: number; place: number } | null = null;
  for (const key of keys) {
    const shape = document.find(key)?.shape;
    if (!shape || distanceTo(shape, at) > reach) continue;
    const one = { key, area: areaOf(shape), place: document.place(key) };
    if (!best || one.area < best.area || (one.area === best.area && one.place > best.place)) best = one;
  }
  return best?.key ?? null;
}

/** The objects that lie whole inside a rectangle. */
export function enclosedObjects(document: Document, grid: Grid, bounds: Bounds): number[] {
  return grid.query(bounds).filter((key) => {
    const shape = document.find(key)?.shape;
    return shape && encloses(bounds, boundsOfShape(shape));
  });
}

/** Handles nearer to each other than this, on average, would hide the shape and leave nothing to drag it by. */
const APART_PX = 10;

/** Whether a shape is large enough on screen to show its handles. */
export function hasHandles(shape: Shape, scale: number): boolean {
  const count = kindOf(shape).handles(shape).length;
  const { minX, minY, maxX, maxY } = boundsOfShape(shape);
  return count < 2 || (2 * (maxX - minX + maxY - minY) * scale) / count >= APART_PX;
}

/** The handle within reach, the nearest first. */
export function hitHandle(shape: Shape, at: Point, reach: number): number | null {
  let best: number | null = null;
  let least = reach;
  kindOf(shape)
    .handles(shape)
    .forEach((handle, index) => {
      const away = distance(handle.at, at);
      if (away <= least) [best, least] = [index, away];
    });
  return best;
}

/** The edge within reach, on shapes whose vertices can be added to. */
export function hitEdge(shape: Shape, at: Point, reach: number): Edge | null {
  if (!kindOf(shape).insertVertex) return null;
  const edge = nearestEdge(ringsOf(shape), at);
  return edge && edge.distance <= reach ? edge : null;
}

/** The middle of the edge within reach: where a new vertex is offered. Short edges offer none. */
export function hitMiddle(shape: Shape, at: Point, reach: number): Edge | null {
  const edge = hitEdge(shape, at, reach);
  const ends = edge && endsOf(shape, edge.edge);
  if (!ends || distance(...ends) < 4 * reach) return null;
  const centre = middle(...ends);
  const away = distance(centre, at);
  return away <= reach ? { edge: edge.edge, at: centre, distance: away } : null;
}

export function endsOf(shape: Shape, edge: number): readonly [Point, Point] | null {
  const ring = ringsOf(shape)[0];
  const from = ring?.points[edge];
  const to = ring?.points[edge + 1] ?? (ring?.isClosed ? ring.points[0] : undefined);
  return from && to ? [from, to] : null;
}
