// Points: one place in the picture.
import { isPoint } from './path';
import { round, roundPoint } from './point';
import type { Kind, SpotShape } from './shape';

export const spotKind: Kind<SpotShape> = {
  read(json) {
    return isPoint(json) ? { kind: 'point', at: json } : null;
  },
  write({ at }) {
    return at;
  },
  rings({ at }) {
    return [{ points: [at], isClosed: false }];
  },
  handles({ at }) {
    return [{ at, cursor: 'move' }];
  },
  moveHandle(_spot, _handle, to) {
    return { kind: 'point', at: roundPoint(to) };
  },
  moveBy({ at }, by) {
    return { kind: 'point', at: [round(at[0] + by[0]), round(at[1] + by[1])] };
  },
};
