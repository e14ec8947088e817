// Polygons and polylines: points in the order of their clicks, a polygon's last joined to its first.
import { round, roundPoint, type Point } from './point';
import type { Kind, PathShape } from './shape';

export const isPoint = (json: unknown): json is Point =>
  Array.isArray(json) && json.length >= 2 && Number.isFinite(json[0]) && Number.isFinite(json[1]);

function pathKind(kind: PathShape['kind'], fewestVertices: number): Kind<PathShape> {
  return {
    fewestVertices,
    read(json) {
      if (!Array.isArray(json) || json.length === 0 || !json.every(isPoint)) return null;
      // Points of the answer itself: one that nobody moves is written as it came.
      return { kind, points: json };
    },
    write({ points }) {
      return points;
    },
    rings({ points }) {
      return [{ points, isClosed: kind === 'polygon' }];
    },
    handles({ points }) {
      return points.map((at) => ({ at, cursor: 'move' }));
    },
    moveHandle(path, handle, to) {
      return { ...path, points: path.points.with(handle, roundPoint(to)) };
    },
    moveBy(path, by) {
      return { ...path, points: path.points.map(([x, y]): Point => [round(x + by[0]), round(y + by[1])]) };
    },
    insertVertex(path, edge, at) {
      return { ...path, points: path.points.toSpliced(edge + 1, 0, roundPoint(at)) };
    },
    removeVertex(path, vertex) {
      return { ...path, points: path.points.toSpliced(vertex, 1) };
    },
  };
}

export const polygonKind = pathKind('polygon', 3);
export const polylineKind = pathKind('polyline', 2);
