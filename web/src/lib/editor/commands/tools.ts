// Commands that take a tool in hand and that go on with what is being drawn.
import { hideCrosshair, placeAtCrosshair, step } from '../actions/crosshair';
import type { Core } from '../core';
import { stepVertex } from '../actions/edit';
import { kindOf } from '../geometry/kinds';
import { isDrawing, toolIds, type ToolId } from '../tools/tool';
import { words } from '../words';
import { always, type CommandDefinition } from './command';

/** Beyond the letters a to k, which schemas give to classes. */
const KEYS: Record<ToolId, readonly string[]> = {
  select: ['v'],
  'bounding-box': ['r'],
  polygon: ['p'],
  polyline: ['l'],
  point: ['o'],
  hand: ['m'],
};

export const toolCommands: readonly CommandDefinition[] = toolIds.map((id) => ({
  id: `tool.${id}`,
  label: words.tools[id],
  group: 'tools',
  keys: KEYS[id],
  enabled: (core) => !isDrawing(id) || (!core.readOnly && core.classFor(id) !== null),
  isOn: (core) => core.tool.id === id,
  run: (core) => core.setTool(id),
}));

const isDrawingNow = (core: Core) => core.tool.isBusy && isDrawing(core.tool.id);

/** Whether Enter means a click at the crosshair. */
const isPlacing = (core: Core) =>
  core.crosshair !== null && (isDrawing(core.tool.id) || core.selection.size === 0);

const hasVertices = (core: Core) => {
  const shape = core.tool.id === 'select' ? core.only?.shape : null;
  return Boolean(shape && kindOf(shape).fewestVertices);
};

/** Whether Enter is the editor's now; else it is left to the page. */
export const takesEnter = (core: Core) => isPlacing(core) || isDrawingNow(core) || hasVertices(core);

export const drawCommands: readonly CommandDefinition[] = [
  {
    id: 'draw.finish',
    label: words.commands.finish,
    group: 'draw',
    keys: ['n'],
    enabled: isDrawingNow,
    run: (core) => void core.tool.finish(),
  },
  {
    id: 'draw.enter',
    label: words.commands.place,
    group: 'draw',
    keys: ['Enter'],
    enabled: takesEnter,
    run(core) {
      if (isPlacing(core)) placeAtCrosshair(core);
      else if (isDrawingNow(core)) core.tool.finish();
      else if (core.vertex === null) stepVertex(core, 1);
    },
  },
  {
    id: 'draw.back',
    label: words.commands.removeLast,
    group: 'draw',
    keys: ['Backspace'],
    enabled: isDrawingNow,
    run: (core) => core.tool.back(),
  },
  {
    id: 'draw.cancel',
    label: words.commands.cancel,
    group: 'draw',
    keys: ['Escape'],
    enabled: (core) =>
      core.tool.isBusy ||
      core.vertex !== null ||
      core.crosshair !== null ||
      core.selection.size > 0 ||
      core.tool.id !== 'select',
    run: stepOut,
  },
];

/** One thing at a time: what is drawn, the vertex in hand, the crosshair, the selection, the tool. */
function stepOut(core: Core) {
  if (core.tool.isBusy) core.tool.cancel();
  else if (core.vertex !== null) core.select(core.selection);
  else if (core.crosshair !== null) hideCrosshair(core);
  else if (core.selection.size > 0) core.select([]);
  else core.setTool('select');
}

type Direction = 'left' | 'right' | 'up' | 'down';
const ARROWS: Record<Direction, readonly [number, number]> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};

function arrow(direction: Direction, far: boolean): CommandDefinition {
  const [x, y] = ARROWS[direction];
  const times = far ? 10 : 1;
  const name = `Arrow${direction[0]?.toUpperCase()}${direction.slice(1)}`;
  return {
    id: `${far ? 'nudgeFar' : 'nudge'}.${direction}`,
    label: words.commands[far ? 'nudgeFar' : 'nudge'][direction],
    group: 'edit',
    keys: [far ? `Shift+${name}` : name],
    enabled: always,
    run: (core) => step(core, [x * times, y * times]),
  };
}

const directions = Object.keys(ARROWS) as Direction[];
export const arrowCommands: readonly CommandDefinition[] = [false, true].flatMap((far) =>
  directions.map((direction) => arrow(direction, far)),
);
