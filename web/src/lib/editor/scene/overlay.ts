// What changes with every move of the pointer: selection with its handles, hover, what is dragged, drawn or banded.
import type { Core } from '../core';
import { isLocked, type EditorObject } from '../document/object';
import { boundsOfShape, kindOf } from '../geometry/kinds';
import type { Bounds, Point, Size } from '../geometry/point';
import type { Shape } from '../geometry/shape';
import { UNKNOWN_COLOR } from '../schema/schema';
import { hasHandles } from '../view/hit';
import { FILL_ADDED, FILL_HOVERED, paintShape, type Onto } from './paint';
import { HELD_MOST } from './shapes';

const HANDLE_PX = 8;
const GLOW_PX = 11;
const CROSSHAIR_PX = 14;
const ACCENT = '#a59dff';
const CASING = 'rgb(10 10 14 / 70%)';
export class Overlay {
  readonly canvas: HTMLCanvasElement;
  #context: CanvasRenderingContext2D;
  #core: Core;
  #ratio = 1;
  #onto: Onto = { scale: 1, x: 0, y: 0 };

  constructor(host: HTMLElement, core: Core) {
    this.#core = core;
    this.canvas = document.createElement('canvas');
    this.canvas.dataset.layer = 'overlay';
    this.canvas.setAttribute('aria-hidden', 'true');
    Object.assign(this.canvas.style, { position: 'absolute', inset: '0', pointerEvents: 'none' });
    const context = this.canvas.getContext('2d');
    if (!context) throw new Error('This browser gave no canvas to draw on: close other tabs and reload.');
    this.#context = context;
    host.append(this.canvas);
  }

  paint(): void {
    const { window, ratio, now } = this.#core.view;
    this.#resize(window, ratio);
    this.#onto = { scale: now.scale * ratio, x: now.x * ratio, y: now.y * ratio };
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.#context.lineJoin = 'round';
    this.#hovered();
    this.#selected();
    this.#draft();
    this.#crosshair();
  }

  #resize({ width, height }: Size, ratio: number) {
    const [across, down] = [Math.ceil(width * ratio), Math.ceil(height * ratio)];
    this.#ratio = ratio;
    if (this.canvas.width === across && this.canvas.height === down) return;
    this.canvas.width = across;
    this.canvas.height = down;
    this.canvas.style.width = `${across / ratio}px`;
    this.canvas.style.height = `${down / ratio}px`;
  }

  #hovered() {
    const core = this.#core;
    const { hovered } = core;
    if (hovered === null || core.selection.has(hovered)) return;
    const object = core.document.find(hovered);
    if (object?.shape && core.isShown(hovered)) this.#shape(object.shape, this.#colorOf(object), FILL_ADDED);
  }

  #selected() {
    const core = this.#core;
    const moving = core.preview?.type === 'move' ? core.preview.by : null;
    const still = this.#onto;
    if (core.selection.size > HELD_MOST) return this.#many(moving);
    const selected = core.selected.filter(({ key, shape }) => shape && core.isShown(key));
    for (const object of selected) {
      const shape = this.#shownShape(object);
      if (!shape) continue;
      if (moving && core.canEdit(object)) this.#onto = movedBy(still, moving);
      this.#shape(shape, this.#colorOf(object), FILL_HOVERED);
      if (selected.length > 1) this.#frame(boundsOfShape(shape));
      this.#onto = still;
    }
    const [only] = selected;
    if (only && selected.length === 1 && core.tool.id === 'select') this.#handles(only, moving);
  }

  /** So many are marked in the scene; while they are dragged, their common frame moves. */
  #many(moving: Point | null) {
    const bounds = moving && this.#core.boundsOfSelection();
    if (!bounds) return;
    const still = this.#onto;
    this.#onto = movedBy(still, moving);
    this.#frame(bounds);
    this.#onto = still;
  }

  /** As it is dragged, or as the document has it. */
  #shownShape({ key, shape }: EditorObject): Shape | null {
    const { preview } = this.#core;
    return preview?.type === 'shape' && preview.key === key ? preview.shape : shape;
  }

  #handles(object: EditorObject, by: Point | null) {
    const shape = this.#shownShape(object);
    if (!shape) return;
    const still = this.#onto;
    if (by) this.#onto = movedBy(still, by);
    const { readOnly, vertex, view } = this.#core;
    const isPlain = readOnly || isLocked(object) || !hasHandles(shape, view.now.scale);
    if (isPlain) this.#frame(boundsOfShape(shape));
    kindOf(shape)
      .handles(shape)
      .forEach(({ at }, index) => {
        if (!isPlain || index === vertex) this.#handle(at, this.#colorOf(object), index === vertex);
      });
    this.#onto = still;
  }

  #handle(at: Point, color: string, isInHand: boolean) {
    const context = this.#context;
    const [x, y] = this.#at(at);
    const side = (isInHand ? HANDLE_PX + 2 : HANDLE_PX) * this.#ratio;
    context.fillStyle = isInHand ? color : '#ffffff';
    context.strokeStyle = isInHand ? '#ffffff' : '#17171d';
    context.lineWidth = (isInHand ? 2 : 1) * this.#ratio;
    // On whole pixels, so that the square is sharp.
    const [left, top] = [Math.round(x - side / 2), Math.round(y - side / 2)];
    context.fillRect(left, top, side, side);
    context.strokeRect(left + 0.5, top + 0.5, side - 1, side - 1);
  }

  #draft() {
    const core = this.#core;
    const draft = core.tool.draft();
    if (!draft) return;
    if (draft.type === 'rubber') return this.#rubber(draft.bounds);
    if (draft.type === 'vertex') return this.#ghost(draft.at);
    const color = core.objectClass?.color ?? UNKNOWN_COLOR;
    const { shape } = draft;
    if (!draft.open || shape.kind === 'bounding-box' || shape.kind === 'point')
      return this.#shape(shape, color, FILL_HOVERED);
    const points = shape.points;
    if (shape.kind === 'polygon') this.#fillOnly(shape, color);
    this.#shape(
      { kind: 'polyline', points: draft.glow ? [...points, ...points.slice(0, 1)] : points },
      color,
      0,
    );
    const set = draft.glow ? points : points.slice(0, -1);
    set.forEach((at, index) => this.#handle(at, color, index === 0 && Boolean(draft.glow)));
    if (draft.glow && points[0]) this.#glow(points[0], color);
  }

  #fillOnly(shape: Shape, color: string) {
    const context = this.#context;
    context.save();
    context.beginPath();
    for (const { points } of kindOf(shape).rings(shape)) {
      points.forEach((at, index) => context[index === 0 ? 'moveTo' : 'lineTo'](...this.#at(at)));
    }
    context.globalAlpha = FILL_HOVERED / 2;
    context.fillStyle = color;
    context.fill('evenodd');
    context.restore();
  }

  #glow(at: Point, color: string) {
    const context = this.#context;
    context.save();
    context.beginPath();
    context.arc(...this.#at(at), GLOW_PX * this.#ratio, 0, 2 * Math.PI);
    context.lineWidth = 2 * this.#ratio;
    context.strokeStyle = '#ffffff';
    context.shadowColor = color;
    context.shadowBlur = 12 * this.#ratio;
    context.globalAlpha = 0.9;
    context.stroke();
    context.restore();
  }

  /** Where a click would set a new vertex. */
  #ghost(at: Point) {
    const context = this.#context;
    context.save();
    context.globalAlpha = 0.75;
    this.#handle(at, ACCENT, true);
    context.restore();
  }

  #rubber(bounds: Bounds) {
    const context = this.#context;
    const [left, top] = this.#at([bounds.minX, bounds.minY]);
    const [right, bottom] = this.#at([bounds.maxX, bounds.maxY]);
    context.save();
    context.fillStyle = ACCENT;
    context.globalAlpha = 0.14;
    context.fillRect(left, top, right - left, bottom - top);
    context.restore();
    this.#frame(bounds);
  }

  /** A dashed frame around something. */
  #frame({ minX, minY, maxX, maxY }: Bounds) {
    const context = this.#context;
    const [left, top] = this.#at([minX, minY]);
    const [right, bottom] = this.#at([maxX, maxY]);
    context.save();
    context.strokeStyle = ACCENT;
    context.lineWidth = this.#ratio;
    context.setLineDash([4 * this.#ratio, 3 * this.#ratio]);
    context.strokeRect(
      Math.round(left) - 0.5,
      Math.round(top) - 0.5,
      Math.round(right - left) + 1,
      Math.round(bottom - top) + 1,
    );
    context.restore();
  }

  #crosshair() {
    const { crosshair } = this.#core;
    if (!crosshair) return;
    const context = this.#context;
    const [x, y] = this.#at(crosshair);
    const arm = CROSSHAIR_PX * this.#ratio;
    for (const [color, width] of [
      [CASING, 4],
      ['#ffffff', 2],
    ] as const) {
      context.beginPath();
      context.moveTo(x - arm, y);
      context.lineTo(x + arm, y);
      context.moveTo(x, y - arm);
      context.lineTo(x, y + arm);
      context.lineWidth = width * this.#ratio;
      context.strokeStyle = color;
      context.stroke();
    }
  }

  #shape(shape: Shape, color: string, fill: number) {
    paintShape(this.#context, shape, this.#onto, { color, fill, isCased: true, ratio: this.#ratio });
  }

  #colorOf = (object: EditorObject): string => this.#core.classOf(object)?.color ?? UNKNOWN_COLOR;

  #at = ([x, y]: Point): [number, number] => [
    x * this.#onto.scale + this.#onto.x,
    y * this.#onto.scale + this.#onto.y,
  ];
}

const movedBy = (onto: Onto, by: Point): Onto => ({
  scale: onto.scale,
  x: onto.x + by[0] * onto.scale,
  y: onto.y + by[1] * onto.scale,
});
