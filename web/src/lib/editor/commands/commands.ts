// All commands of an editor, and which of them a key means: the first enabled one, classes before the editor's own.
import type { Core } from '../core';
import { words } from '../words';
import { classCommands } from './classes';
import type { Command, CommandDefinition } from './command';
import { editCommands, objectCommands } from './edit';
import { arrowCommands, drawCommands, toolCommands } from './tools';
import { viewCommands } from './view';

/** Definitions in the order in which keys are tried. */
function definitions(core: Core): readonly CommandDefinition[] {
  const own = [
    ...drawCommands,
    ...toolCommands,
    ...editCommands,
    ...objectCommands,
    ...arrowCommands,
    ...viewCommands,
  ];
  const classes = classCommands(core.schema);
  const taken = new Set(classes.flatMap(({ keys }) => keys));
  // A key that a class took is not shown beside a command that it no longer runs.
  return [...classes, ...own.map((one) => ({ ...one, keys: one.keys.filter((key) => !taken.has(key)) }))];
}

export class Commands {
  readonly list: readonly Command[];
  #byId: ReadonlyMap<string, Command>;

  constructor(core: Core) {
    this.list = definitions(core).map(({ id, label, group, keys, enabled, isOn, run }) => ({
      id,
      label,
      group,
      groupLabel: words.groups[group],
      keys,
      enabled: () => enabled(core),
      isOn: () => isOn?.(core) ?? false,
      run: () => run(core),
    }));
    this.#byId = new Map(this.list.map((command) => [command.id, command]));
  }

  find(id: string): Command | undefined {
    return this.#byId.get(id);
  }

  /** Runs a command if it can be run now, and says whether it did. */
  run(id: string): boolean {
    const command = this.find(id);
    if (!command?.enabled()) return false;
    command.run();
    return true;
  }

  /** Runs what a key means now, and says whether it meant anything. */
  press(key: string): boolean {
    const command = this.list.find((one) => one.keys.includes(key) && one.enabled());
    command?.run();
    return command !== undefined;
  }
}
