// The kinds of shapes by the name of their geometry in an answer, and what can be asked of a shape of any kind.
import { boxKind } from './box';
import { polygonKind, polylineKind } from './path';
import type { Bounds, Point } from './point';
import {
  isInside,
  measured,
  measuredArea,
  nearestEdge,
  type Kind,
  type Shape,
  type ShapeKind,
} from './shape';
import { spotKind } from './spot';

const kinds = {
  'bounding-box': boxKind,
  polygon: polygonKind,
  polyline: polylineKind,
  point: spotKind,
};

export const shapeKinds = Object.keys(kinds) as ShapeKind[];

export const isShapeKind = (name: string): name is ShapeKind => Object.hasOwn(kinds, name);

/** The one place where the kind that a shape names meets the functions for it. */
export const kindNamed = (name: ShapeKind): Kind<Shape> => kinds[name] as unknown as Kind<Shape>;

export const kindOf = (shape: Shape): Kind<Shape> => kindNamed(shape.kind);

export const ringsOf = (shape: Shape) => kindOf(shape).rings(shape);

export const boundsOfShape = (shape: Shape): Bounds => measured(shape, () => ringsOf(shape));

export const areaOf = (shape: Shape): number => measuredArea(shape, () => ringsOf(shape));

/** How far, in image pixels, a point is from a shape: 0 inside it. */
export function distanceTo(shape: Shape, at: Point): number {
  const rings = ringsOf(shape);
  if (isInside(rings, at)) return 0;
  return nearestEdge(rings, at)?.distance ?? Infinity;
}

export function canRemoveVertex(shape: Shape): boolean {
  const kind = kindOf(shape);
  return kind.fewestVertices !== undefined && kind.handles(shape).length > kind.fewestVertices;
}
