// How a shape is painted: fill, dark casing, stroke in the colour of its class; less of it the smaller it is on screen.
import { ringsOf } from '../geometry/kinds';
import type { Point } from '../geometry/point';
import type { Ring, Shape } from '../geometry/shape';

export const STROKE_PX = 1.5;
const CASING_PX = 3;
const CASING = 'rgb(10 10 14 / 55%)';
const SPOT_RADIUS_PX = 4;
/** Below this length on screen a shape is a mark of its colour. */
const MARK_PX = 2.5;
/** Below this length the casing would hide the shape. */
const CASED_PX = 14;
/** Points nearer to each other than this are painted as one. */
const STEP_PX = 0.75;

export const FILL = 0.18;
export const FILL_HOVERED = 0.28;
/** Painted over a fill of FILL, this makes FILL_HOVERED. */
export const FILL_ADDED = 1 - (1 - FILL_HOVERED) / (1 - FILL);

/** From image pixels to pixels of a canvas. */
export type Onto = Readonly<{ scale: number; x: number; y: number }>;

export type Style = Readonly<{
  color: string;
  /** 0 to 1. */
  fill: number;
  isCased: boolean;
  /** Device pixels for a CSS pixel: strokes are as wide on every screen. */
  ratio: number;
}>;

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Rings as numbers in a row, which paint faster than points; shapes never change. */
type Outline = { rings: readonly { numbers: Float64Array; isClosed: boolean }[]; size: number };
const outlines = new WeakMap<Shape, Outline>();

function outlineOf(shape: Shape): Outline {
  let outline = outlines.get(shape);
  if (!outline) {
    const rings = ringsOf(shape).map(({ points, isClosed }) => ({
      numbers: Float64Array.from(points.flatMap(([x, y]) => [x, y])),
      isClosed,
    }));
    outline = { rings, size: sizeOf(ringsOf(shape)) };
    outlines.set(shape, outline);
  }
  return outline;
}

function sizeOf(rings: readonly Ring[]): number {
  const all = rings.flatMap(({ points }) => points);
  const length = (values: number[]) =>
    values.reduce((a, b) => Math.max(a, b), -Infinity) - values.reduce((a, b) => Math.min(a, b), Infinity);
  return Math.max(length(all.map(([x]) => x)), length(all.map(([, y]) => y)));
}

/** What painting costs, in about the time that one point takes. */
export function costOf(shape: Shape): number {
  return outlineOf(shape).rings.reduce((sum, { numbers }) => sum + numbers.length / 2, 12);
}

export function paintShape(context: Context, shape: Shape, onto: Onto, style: Style): void {
  const outline = outlineOf(shape);
  const onScreen = outline.size * onto.scale;
  if (shape.kind === 'point') return paintSpot(context, shape.at, onto, style);
  if (onScreen < MARK_PX * style.ratio) return paintMark(context, outline, onto, style, onScreen);
  context.beginPath();
  let isClosed = false;
  for (const ring of outline.rings) {
    trace(context, ring.numbers, onto, ring.isClosed, STEP_PX * style.ratio);
    isClosed ||= ring.isClosed;
  }
  if (isClosed && style.fill > 0) {
    context.globalAlpha = style.fill;
    context.fillStyle = style.color;
    context.fill('evenodd');
    context.globalAlpha = 1;
  }
  if (style.isCased && onScreen >= CASED_PX * style.ratio) {
    context.lineWidth = CASING_PX * style.ratio;
    context.strokeStyle = CASING;
    context.stroke();
  }
  context.lineWidth = STROKE_PX * style.ratio;
  context.strokeStyle = style.color;
  context.stroke();
}

function trace(context: Context, numbers: Float64Array, onto: Onto, isClosed: boolean, step: number) {
  const { scale, x: left, y: top } = onto;
  let lastX = (numbers[0] ?? 0) * scale + left;
  let lastY = (numbers[1] ?? 0) * scale + top;
  context.moveTo(lastX, lastY);
  const end = numbers.length - 2;
  for (let index = 2; index <= end; index += 2) {
    const x = (numbers[index] as number) * scale + left;
    const y = (numbers[index + 1] as number) * scale + top;
    const isStep = x - lastX > step || lastX - x > step || y - lastY > step || lastY - y > step;
    if (!isStep && (isClosed || index !== end)) continue;
    context.lineTo(x, y);
    lastX = x;
    lastY = y;
  }
  if (isClosed) context.closePath();
}

function paintMark(context: Context, { rings }: Outline, onto: Onto, style: Style, size: number) {
  const numbers = rings[0]?.numbers;
  const side = Math.max(size, style.ratio);
  context.fillStyle = style.color;
  context.fillRect(
    (numbers?.[0] ?? 0) * onto.scale + onto.x,
    (numbers?.[1] ?? 0) * onto.scale + onto.y,
    side,
    side,
  );
}

function paintSpot(context: Context, at: Point, onto: Onto, style: Style) {
  const [x, y] = [at[0] * onto.scale + onto.x, at[1] * onto.scale + onto.y];
  context.beginPath();
  context.arc(x, y, SPOT_RADIUS_PX * style.ratio, 0, 2 * Math.PI);
  context.fillStyle = style.color;
  context.fill();
  context.lineWidth = STROKE_PX * style.ratio;
  context.strokeStyle = CASING;
  context.stroke();
}
