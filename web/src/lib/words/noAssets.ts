// What stands in place of the assets where there is none to show.
import { counted } from '$lib/format/numbers';

export const words = {
  emptyTitle: 'No assets yet',
  emptyText: 'Import a list of addresses. The files stay in their bucket and are never copied.',
  emptyReader: 'Nothing has been imported yet. A manager of the project can do that.',
  noneTitle: 'No asset matches',
  noneText: 'No asset of this project has all that the filters ask for.',
  deletedTitle: 'No assets are left',
  deletedText: (n: number) =>
    `${counted(n, 'asset', 'assets')} ${n === 1 ? 'was' : 'were'} deleted from this project and can be restored.`,
  showDeleted: 'Show what was deleted',
};
