// How a drawn shape becomes an object of the chosen class: one step of the history, selected, and said aloud.
import type { Core } from '../core';
import { newObject } from '../document/object';
import { placed, type Point } from '../geometry/point';
import type { Shape, ShapeKind } from '../geometry/shape';
import { words } from '../words';
import { isDrawing } from './tool';

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

/** Keeps what is being drawn if it is complete. Gives the kind of what is open still; a box with one corner always is. */
export function settle({ tool }: Core): ShapeKind | null {
  if (!tool.isBusy || !isDrawing(tool.id)) return null;
  return tool.isComplete && tool.finish() ? null : tool.id;
}

/** Where a click of a drawing tool goes: inside the picture, to 1/100 px. */
export const placeIn = (core: Core, at: Point): Point => placed(at, core.size);
