// The words of the Batches tab.
import { counted } from '$lib/format/numbers';

const assets = (n: number) => counted(n, 'asset', 'assets');

export const words = {
  title: 'Batches',
  create: 'Create batch',
  name: 'Name',
  emptyTitle: 'No batches yet',
  emptyText:
    'A batch is a named set of assets: a delivery, a day, a camera. Filters, queues and exports know them.',
  emptyReader: 'A manager of the project can make batches.',
  find: 'Find a batch',
  all: (n: number) => counted(n, 'batch', 'batches'),
  noneFound: (text: string) => `No batch's name contains “${text}”.`,
  failed: 'The batches could not be listed.',
  columns: { name: 'Name', assets: 'Assets', created: 'Created', actions: 'Actions' },
  menu: (name: string) => `Actions for ${name}`,
  show: 'Show its assets',
  exportIt: 'Export it',
  rename: 'Rename',
  renameTitle: (name: string) => `Rename “${name}”`,
  renamed: (name: string) => `The batch is called “${name}” now.`,
  exists: (name: string) => `There is already a batch called “${name}”.`,
  created: (name: string) => `Batch “${name}” was created.`,
  deleteTitle: (name: string) => `Delete the batch “${name}”?`,
  deleteText: (n: number) =>
    n === 0 ? 'No asset is in it.' : `${assets(n)} leave the batch and stay in the project.`,
  deleted: (name: string) => `Batch “${name}” was deleted.`,
  undo: 'Undo',
};
