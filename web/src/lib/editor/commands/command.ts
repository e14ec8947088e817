// Commands as data: toolbar, menus, shortcut sheet, keyboard and tests are all made from one list.
import type { Core } from '../core';

export type Group = 'tools' | 'draw' | 'edit' | 'view' | 'objects' | 'classes';

export type CommandDefinition = Readonly<{
  id: string;
  label: string;
  group: Group;
  /** As `keyName` writes them: `v`, `Shift+H`, `Ctrl+Z`, `ArrowLeft`. The first is the one to show. */
  keys: readonly string[];
  enabled: (core: Core) => boolean;
  /** Whether a toggle is on, as the tool in hand. */
  isOn?: (core: Core) => boolean;
  run: (core: Core) => void;
}>;

/** A command of one editor, ready for a button. */
export type Command = Readonly<{
  id: string;
  label: string;
  group: Group;
  groupLabel: string;
  keys: readonly string[];
  enabled: () => boolean;
  isOn: () => boolean;
  run: () => void;
}>;

export const always = (): boolean => true;
