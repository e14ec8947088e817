// Commands that change only how things look: zoom, brightness, contrast, opacity.
import type { Core, Look } from '../core';
import { PLAIN_LOOK } from '../core';
import { words } from '../words';
import { always, type CommandDefinition } from './command';

const labels = words.commands;

export const LOOK_LIMITS: Readonly<Record<keyof Look, readonly [least: number, most: number]>> = {
  brightness: [0.2, 3],
  contrast: [0.2, 3],
  opacity: [0, 1],
};
const STEP = 0.1;

function lookCommand(
  id: string,
  label: string,
  name: keyof Look,
  step: number,
  key: string,
): CommandDefinition {
  const [least, most] = LOOK_LIMITS[name];
  const next = (core: Core) =>
    Math.round(Math.min(most, Math.max(least, core.look[name] + step)) * 100) / 100;
  return {
    id: `view.${id}`,
    label,
    group: 'view',
    keys: [key],
    enabled: (core) => next(core) !== core.look[name],
    run: (core) => core.setLook({ [name]: next(core) }),
  };
}

export const viewCommands: readonly CommandDefinition[] = [
  {
    id: 'view.zoomIn',
    label: labels.zoomIn,
    group: 'view',
    keys: ['+', '='],
    enabled: always,
    run: (core) => core.view.zoomIn(),
  },
  {
    id: 'view.zoomOut',
    label: labels.zoomOut,
    group: 'view',
    keys: ['-'],
    enabled: always,
    run: (core) => core.view.zoomOut(),
  },
  {
    id: 'view.fit',
    label: labels.fit,
    group: 'view',
    keys: ['z'],
    enabled: always,
    isOn: (core) => core.view.isFit,
    run: (core) => core.view.fit(),
  },
  {
    id: 'view.actual',
    label: labels.actual,
    group: 'view',
    keys: ['Shift+Z'],
    enabled: always,
    isOn: (core) => core.view.now.scale === 1,
    run: (core) => core.view.zoomTo(1),
  },
  {
    id: 'view.selection',
    label: labels.zoomToSelection,
    group: 'view',
    keys: ['s'],
    enabled: (core) => core.boundsOfSelection() !== null,
    run(core) {
      const bounds = core.boundsOfSelection();
      if (bounds) core.view.showBounds(bounds);
    },
  },
  lookCommand('brighter', labels.brighter, 'brightness', STEP, 'Shift+B'),
  lookCommand('darker', labels.darker, 'brightness', -STEP, 'Shift+D'),
  lookCommand('moreContrast', labels.moreContrast, 'contrast', STEP, 'Shift+C'),
  lookCommand('lessContrast', labels.lessContrast, 'contrast', -STEP, 'Shift+X'),
  lookCommand('moreOpaque', labels.moreOpaque, 'opacity', STEP, 'Shift+O'),
  lookCommand('lessOpaque', labels.lessOpaque, 'opacity', -STEP, 'Shift+P'),
  {
    id: 'view.resetLook',
    label: labels.resetLook,
    group: 'view',
    keys: ['Shift+R'],
    enabled: ({ look }) =>
      look.brightness !== PLAIN_LOOK.brightness ||
      look.contrast !== PLAIN_LOOK.contrast ||
      look.opacity !== PLAIN_LOOK.opacity,
    run: (core) => core.setLook(PLAIN_LOOK),
  },
];
