// How a drawn shape becomes an object of the chosen class: one step of the history, selected, and said aloud.
import type { Core } from '../core';
import { newObject } from '../document/object';
import { placed, type Point } from '../geometry/point';
import type { Shape } from '../geometry/shape';
import { words } from '../words';

export function addShape(core: Core, shape: Shape): void {
  const objectClass = core.objectClass;
  if (core.readOnly || !objectClass) return;
  const { schemaId, title } = objectClass;
  const object = newObject(core.nextKey(), {
    objectId: core.newId(),
    schemaId,
    title,
    shape,
    nowMs: core.now(),
    author: core.author,
  });
  const operation = { type: 'insert', at: core.document.count, object } as const;
  core.change(words.steps.draw(title), [operation], { select: [object.key] });
  core.say(words.says.drawn(title));
}

/** Where a click of a drawing tool goes: inside the picture, to 1/100 px. */
export const placeIn = (core: Core, at: Point): Point => placed(at, core.size);
