// What commands and tools do to objects: each function is one step of the history.
import type { Core } from '../core';
import type { Operation } from '../document/document';
import { isLocked, withFields, withLock, withShape, type EditorObject } from '../document/object';
import { boundsOfShape, canRemoveVertex, kindOf } from '../geometry/kinds';
import { heldMove, middle, placed, roundPoint, type Point } from '../geometry/point';
import type { Shape } from '../geometry/shape';
import { endsOf } from '../view/hit';
import { words } from '../words';

const replace = (object: EditorObject): Operation => ({ type: 'replace', object });

/** Gives an object another shape; nothing happens when it is the one that it has. */
function setShape(core: Core, object: EditorObject, shape: Shape, label: string, mergeKey?: string): void {
  if (JSON.stringify(shape) === JSON.stringify(object.shape)) return;
  const operations = [replace(withShape(object, shape, core.now()))];
  core.change(label, operations, mergeKey ? { mergeKey } : {});
}

/** The part of a move that keeps every one of these objects in the picture. */
export function moveOf(core: Core, keys: readonly number[], by: Point): Point {
  let held = roundPoint(by);
  for (const key of keys) {
    const shape = core.document.find(key)?.shape;
    if (shape) held = heldMove(held, boundsOfShape(shape), core.size);
  }
  return held;
}

export function moveObjects(core: Core, keys: readonly number[], by: Point, mergeKey?: string): void {
  if (by[0] === 0 && by[1] === 0) return;
  const operations = keys.flatMap((key) => {
    const object = core.document.find(key);
    if (!object?.shape || !core.canEdit(object)) return [];
    return [replace(withShape(object, kindOf(object.shape).moveBy(object.shape, by), core.now()))];
  });
  core.change(words.steps.move, operations, mergeKey ? { mergeKey } : {});
}

/** Moves what is selected, or the vertex in hand, by whole image pixels. */
export function nudge(core: Core, by: Point): void {
  const only = core.only;
  if (core.vertex !== null && only?.shape && core.canEdit(only)) {
    const at = kindOf(only.shape).handles(only.shape)[core.vertex]?.at;
    if (!at) return;
    const to = placed([at[0] + by[0], at[1] + by[1]], core.size);
    const shape = kindOf(only.shape).moveHandle(only.shape, core.vertex, to);
    setShape(core, only, shape, words.steps.reshape, `vertex ${only.key} ${core.vertex}`);
    core.view.reveal(to);
    sayVertex(core);
    return;
  }
  const keys = core.selected.filter((one) => one.shape && core.canEdit(one)).map(({ key }) => key);
  moveObjects(core, keys, moveOf(core, keys, by), `nudge ${keys.join(' ')}`);
}

export function reshape(core: Core, key: number, shape: Shape, label: string, vertex: number): void {
  const object = core.document.find(key);
  if (!object || !core.canEdit(object)) return;
  setShape(core, object, shape, label);
  core.select([key], { vertex: kindOf(shape).fewestVertices ? vertex : null });
}

/** The selected shape whose vertices can be worked on, and the one in hand. */
function vertexInHand(core: Core): { object: EditorObject; shape: Shape; vertex: number } | null {
  const object = core.only;
  if (!object?.shape || core.vertex === null || !core.canEdit(object)) return null;
  return { object, shape: object.shape, vertex: core.vertex };
}

export const canRemove = (core: Core): boolean => {
  const hand = vertexInHand(core);
  return hand !== null && canRemoveVertex(hand.shape);
};

export function removeVertex(core: Core, vertex = core.vertex): void {
  const object = core.only;
  if (!object?.shape || vertex === null || !core.canEdit(object) || !canRemoveVertex(object.shape)) return;
  const shape = kindOf(object.shape).removeVertex?.(object.shape, vertex);
  if (!shape) return;
  setShape(core, object, shape, words.steps.removeVertex);
  const left = kindOf(shape).handles(shape).length;
  core.select([object.key], { vertex: core.vertex === null ? null : Math.min(vertex, left - 1) });
}

/** A new vertex in the middle of the edge behind the one in hand, which then is in hand. */
export function insertVertex(core: Core): void {
  const hand = vertexInHand(core);
  if (!hand) return;
  const { object, shape, vertex } = hand;
  // The last vertex of a line has no edge behind it: the one before it is meant.
  const edge = endsOf(shape, vertex) ? vertex : vertex - 1;
  const ends = endsOf(shape, edge);
  const inserted = ends && kindOf(shape).insertVertex?.(shape, edge, placed(middle(...ends), core.size));
  if (inserted) reshape(core, object.key, inserted, words.steps.insertVertex, edge + 1);
}

/** Takes the next vertex in hand, or the first; `step` is 1 or -1. */
export function stepVertex(core: Core, step: number): void {
  const shape = core.only?.shape;
  if (!shape || !core.only || !kindOf(shape).fewestVertices) return;
  const count = kindOf(shape).handles(shape).length;
  const vertex = core.vertex === null ? 0 : (core.vertex + step + count) % count;
  core.select(core.selection, { vertex });
  const at = kindOf(shape).handles(shape)[vertex]?.at;
  if (at) core.view.reveal(at);
  sayVertex(core);
}

function sayVertex(core: Core) {
  const shape = core.only?.shape;
  if (!shape || core.vertex === null) return;
  const handles = kindOf(shape).handles(shape);
  const at = handles[core.vertex]?.at;
  if (at) core.say(words.says.vertex(core.vertex + 1, handles.length, at[0], at[1]));
}

/** Selects the object after (1) or before (-1) the selected one, among those that can be seen. */
export function stepObject(core: Core, step: number): void {
  const shown = core.document.objects.filter(({ key, shape }) => shape && core.isShown(key));
  if (shown.length === 0) return;
  const at = shown.findIndex(({ key }) => core.selection.has(key));
  const next = at < 0 ? (step > 0 ? 0 : shown.length - 1) : (at + step + shown.length) % shown.length;
  const object = shown[next];
  if (!object?.shape) return;
  core.select([object.key]);
  const { minX, minY, maxX, maxY } = boundsOfShape(object.shape);
  core.view.reveal([(minX + maxX) / 2, (minY + maxY) / 2]);
  core.say(words.says.selected(1, core.classOf(object)?.title ?? words.unknown));
}

/** Whether every one of these may become an object of this class: their tools have to be the same. */
export function canBecome(core: Core, objects: readonly EditorObject[], schemaId: string): boolean {
  const tool = core.schema.classOf.get(schemaId)?.tool;
  return objects.length > 0 && objects.every((one) => one.shape?.kind === tool && core.canEdit(one));
}

/** Another class. Answers to questions that only the old one asks stay with the object, unseen, and come back with it. */
export function setClassOf(core: Core, objects: readonly EditorObject[], schemaId: string): void {
  const objectClass = core.schema.classOf.get(schemaId);
  if (!objectClass || !canBecome(core, objects, schemaId)) return;
  const { title } = objectClass;
  const operations = objects
    .filter(({ source }) => source.schemaId !== schemaId)
    .map((object) => replace(withFields(object, { schemaId, title }, core.now())));
  core.change(words.steps.setClass(title), operations);
}

/** Locks all, unless all are locked: then unlocks them. */
export function toggleLock(core: Core, objects: readonly EditorObject[]): void {
  const lock = !objects.every(isLocked);
  const operations = objects
    .filter((one) => isLocked(one) !== lock)
    .map((object) => replace(withLock(object, lock, core.now())));
  core.change(lock ? words.steps.lock : words.steps.unlock, operations);
}

/** Hides all, unless all are hidden: then shows them. Only how it looks: no step of the history. */
export function toggleHidden(core: Core, keys: readonly number[]): void {
  const hide = !keys.every((key) => core.hidden.has(key));
  const hidden = new Set(core.hidden);
  for (const key of keys) {
    if (hide) hidden.add(key);
    else hidden.delete(key);
  }
  core.setHidden(hidden);
  if (hide && core.hovered !== null && hidden.has(core.hovered)) core.hover(null);
}

/** In front of all others, or behind them; among themselves they stay as they are. */
export function restack(core: Core, objects: readonly EditorObject[], toFront: boolean): void {
  const moved = objects.filter(core.canEdit);
  const operations: Operation[] = moved.map(({ key }) => ({ type: 'remove', key }));
  const rest = core.document.count - moved.length;
  moved.forEach((object, index) =>
    operations.push({ type: 'insert', at: toFront ? rest + index : index, object }),
  );
  core.change(toFront ? words.steps.forward : words.steps.backward, operations);
}
