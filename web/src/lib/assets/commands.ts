// The commands of the Assets tab, as the keyboard and the shortcut sheet know them.
import type { Command } from '$lib/commands/commands.svelte';
import { m } from '$lib/messages';

type Actions = Record<'search' | 'grid' | 'table' | 'selectAll' | 'clear', () => void> & {
  /** Of those who manage the project. */
  remove?: () => void;
  add?: () => void;
};

export function assetCommands(act: Actions): Command[] {
  const { assets, selection, view } = m.commands.groups;
  const nothing = () => {};
  return [
    { id: 'search', label: m.commands.search, group: view, keys: '/', run: act.search },
    ...(act.add
      ? [{ id: 'add-data', label: m.commands.addData, group: assets, keys: 'a', run: act.add }]
      : []),
    { id: 'grid', label: m.commands.grid, group: assets, keys: 'v g', run: act.grid },
    { id: 'table', label: m.commands.table, group: assets, keys: 'v t', run: act.table },
    // These two belong to the list itself, which takes the keys before the page does.
    { id: 'open', label: m.commands.open, group: assets, keys: 'Enter', run: nothing },
    { id: 'select', label: m.commands.select, group: selection, keys: 'Space', run: nothing },
    { id: 'select-all', label: m.commands.selectAll, group: selection, keys: 'Ctrl+A', run: act.selectAll },
    { id: 'clear', label: m.commands.clearSelection, group: selection, keys: 'Escape', run: act.clear },
    ...(act.remove
      ? [
          {
            id: 'delete',
            label: m.commands.deleteSelected,
            group: selection,
            keys: 'Delete',
            run: act.remove,
          },
        ]
      : []),
  ];
}
