// What a tool is: a small state machine that takes the pointer's and a few keys' word and shows a draft.
import { isShapeKind } from '../geometry/kinds';
import type { Bounds, Point } from '../geometry/point';
import type { Shape, ShapeKind } from '../geometry/shape';

export type ToolId = 'select' | 'hand' | ShapeKind;

export const toolIds: readonly ToolId[] = ['select', 'bounding-box', 'polygon', 'polyline', 'point', 'hand'];

export const isDrawing = (id: string): id is ShapeKind => isShapeKind(id);

export type PointerInput = Readonly<{
  type: 'down' | 'move' | 'up';
  /** In image pixels, outside of the picture too. */
  at: Point;
  /** In pixels of the window. */
  screen: Point;
  /** 0 the main one, 2 the other. */
  button: number;
  shift: boolean;
  ctrl: boolean;
  alt: boolean;
  /** From the crosshair, not from a pointer. */
  isKeyboard: boolean;
}>;

/** What is shown while something is drawn and not yet there. */
export type Draft =
  | Readonly<{ type: 'shape'; shape: Shape; open?: boolean; glow?: boolean }>
  | Readonly<{ type: 'rubber'; bounds: Bounds }>
  | Readonly<{ type: 'vertex'; at: Point }>;

export interface Tool {
  readonly id: ToolId;
  /** The name of the state it is in, for tests and for people who read along. */
  readonly state: string;
  /** Something is begun: Escape, Backspace, Enter and undo go to it first. */
  readonly isBusy: boolean;
  /** Enough of it was set that it can be kept as it stands; without this there never is. */
  readonly isComplete?: boolean;
  down(input: PointerInput): void;
  move(input: PointerInput): void;
  up(input: PointerInput): void;
  /** Ends what was begun and keeps it; false when it is not complete. */
  finish(): boolean;
  /** Takes the last point back; with none left, cancels. */
  back(): void;
  cancel(): void;
  draft(): Draft | null;
  cursor(): string;
}

/** A press becomes a drag when it moves further than this on the screen. */
export const DRAG_PX = 4;

export const isFar = (a: Point, b: Point, far = DRAG_PX): boolean =>
  Math.hypot(a[0] - b[0], a[1] - b[1]) > far;
