// A command for each class of the schema: chooses it, or makes what is selected one of it.
import { canBecome, setClassOf } from '../actions/edit';
import type { Core } from '../core';
import { isShapeKind } from '../geometry/kinds';
import type { ObjectClass, Schema } from '../schema/schema';
import { words } from '../words';
import type { CommandDefinition } from './command';
import { keyOfSchema, withAlt } from './keys';

/** The key of each class: the schema's own, and for those without one the next digit that is free. */
export function classKeys({ classes }: Schema): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  for (const { schemaId, shortcutKey } of classes) {
    const key = keyOfSchema(shortcutKey);
    if (!key || taken.has(key)) continue;
    keys.set(schemaId, key);
    taken.add(key);
  }
  const free = [...'123456789'].filter((digit) => !taken.has(digit));
  for (const { schemaId, tool } of classes) {
    if (keys.has(schemaId) || !isShapeKind(tool)) continue;
    const key = free.shift();
    if (key) keys.set(schemaId, key);
  }
  return keys;
}

export function classCommands(schema: Schema): readonly CommandDefinition[] {
  const keys = classKeys(schema);
  return schema.classes.flatMap((one) => commandsOf(one, keys.get(one.schemaId)));
}

function commandsOf({ schemaId, title, tool }: ObjectClass, key: string | undefined): CommandDefinition[] {
  const hovered = (core: Core) => {
    const object = core.hovered === null ? undefined : core.document.find(core.hovered);
    return object ? [object] : [];
  };
  const changes = (core: Core) =>
    core.tool.id === 'select' && !core.tool.isBusy && canBecome(core, core.selected, schemaId);
  return [
    {
      id: `class.${schemaId}`,
      label: words.commands.class(title),
      group: 'classes',
      keys: key ? [key] : [],
      enabled: () => isShapeKind(tool),
      isOn: (core) => core.classId === schemaId,
      run: (core) => (changes(core) ? setClassOf(core, core.selected, schemaId) : core.setClass(schemaId)),
    },
    {
      id: `class.hovered.${schemaId}`,
      label: words.commands.hoveredClass(title),
      group: 'classes',
      keys: key ? [withAlt(key)] : [],
      enabled: (core) => core.hovered !== null && canBecome(core, hovered(core), schemaId),
      run: (core) => setClassOf(core, hovered(core), schemaId),
    },
  ];
}
