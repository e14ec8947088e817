// What stands in place of the assets where there is none to show.
import { counted } from '$lib/format/numbers';

export const words = {
  emptyTitle: 'No assets yet',
  emptyText: 'Import a list of addresses. The files stay in their bucket and are never copied.',
  emptyReader: 'Nothing has been imported yet. A manager of the project can do that.',
  noneTitle: 'No asset matches',
  noneText: 'No asset of this project has all that the filters ask for.',
  noneStart: (text: string, alone: boolean) =>
    `No External ID ${alone ? '' : 'of what the other filters show '}starts with “${text}”. An asset is found by how its External ID begins.`,
  deletedTitle: 'No assets are left',
  deletedText: (n: number) =>
    `${counted(n, 'asset', 'assets')} ${n === 1 ? 'was' : 'were'} deleted from this project and can be restored.`,
  showDeleted: 'Show what was deleted',
};
