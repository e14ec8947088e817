// Copy and paste within the editor, from one picture to the next too: what is copied is the JSON of the objects.
import type { Core } from '../core';
import type { Operation } from '../document/document';
import type { JsonObject } from '../document/json';
import { copyOf, withShape, type EditorObject } from '../document/object';
import { boundsOfShape, kindOf } from '../geometry/kinds';
import { heldMove, type Point } from '../geometry/point';
import { words } from '../words';

/** A copy stands this far beside what it was made from, so that it can be seen. */
const BESIDE_PX = 12;

type Clip = Readonly<{ sources: readonly JsonObject[]; from: WeakRef<Core>; pasted: number }>;

let clip: Clip | null = null;

export const hasClip = (): boolean => clip !== null;

export function copy(core: Core): void {
  const sources = core.selected.map(({ source }) => source);
  if (sources.length > 0) clip = { sources, from: new WeakRef(core), pasted: 0 };
}

/** In another picture at the same place; in this one a little beside, each time further. */
export function paste(core: Core): void {
  if (!clip) return;
  const pasted = clip.pasted + 1;
  const beside = clip.from.deref() === core ? core.reach(BESIDE_PX) * pasted : 0;
  clip = { ...clip, pasted };
  insert(core, clip.sources, [beside, beside], words.steps.paste);
}

export function duplicate(core: Core): void {
  const beside = core.reach(BESIDE_PX);
  insert(
    core,
    core.selected.map(({ source }) => source),
    [beside, beside],
    words.steps.duplicate,
  );
}

function insert(core: Core, sources: readonly JsonObject[], by: Point, label: string) {
  const copies = sources.map((source) => {
    const object = copyOf(source, {
      key: core.nextKey(),
      objectId: core.newId(),
      nowMs: core.now(),
      author: core.author,
    });
    return moved(core, object, by);
  });
  const operations = copies.map((object, index): Operation => ({
    type: 'insert',
    at: core.document.count + index,
    object,
  }));
  core.change(label, operations, { select: copies.map(({ key }) => key) });
}

function moved(core: Core, object: EditorObject, by: Point): EditorObject {
  if (!object.shape) return object;
  const held = heldMove(by, boundsOfShape(object.shape), core.size);
  if (held[0] === 0 && held[1] === 0) return object;
  return withShape(object, kindOf(object.shape).moveBy(object.shape, held), core.now());
}
