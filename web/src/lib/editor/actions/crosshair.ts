// Drawing without a pointer: a crosshair that arrows move and at which Enter clicks, for every tool alike.
import type { Core } from '../core';
import { clampPoint, type Point } from '../geometry/point';
import type { PointerInput } from '../tools/tool';
import { nudge } from './edit';

/** An arrow key: moves what is selected, else the crosshair, which goes at least a screen pixel. */
export function step(core: Core, [x, y]: Point): void {
  if (core.tool.id === 'select' && core.selection.size > 0) return nudge(core, [x, y]);
  const px = Math.max(1, Math.round(core.reach(1)));
  moveCrosshair(core, [x * px, y * px]);
}

/** Starts where the pointer is, or in the middle of what is seen; stays on whole pixels of the picture. */
function moveCrosshair(core: Core, by: Point) {
  const from = core.crosshair ?? core.pointer ?? core.view.middle();
  const at = clampPoint([Math.round(from[0] + by[0]), Math.round(from[1] + by[1])], core.size);
  core.crosshair = core.pointer = at;
  core.view.reveal(at);
  core.point(inputAt(core, 'move', at));
}

/** A click at the crosshair. */
export function placeAtCrosshair(core: Core): void {
  const at = core.crosshair;
  if (!at) return;
  core.point(inputAt(core, 'down', at));
  core.point(inputAt(core, 'up', at));
}

export function hideCrosshair(core: Core): void {
  core.crosshair = core.pointer = null;
  core.tell('pointer');
}

function inputAt(core: Core, type: PointerInput['type'], at: Point): PointerInput {
  const screen = core.view.toScreen(at);
  return { type, at, screen, button: 0, shift: false, ctrl: false, alt: false, isKeyboard: true };
}
