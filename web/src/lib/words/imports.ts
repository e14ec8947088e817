// What Add Data says of lists: how they are chosen and imported, how far each is, what became of its rows.
import type { ImportState, OnDuplicate, OnError } from '$lib/api/types';
import { bytes, count, counted, duration } from '$lib/format/numbers';

const rowCount = (n: number) => counted(n, 'row', 'rows');
const named = (names: string[]) =>
  names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${count(names.length - 2)} more` : names.join(', ');

export const words = {
  noJobs: 'Nothing is running.',
  states: {
    receiving: 'Sending',
    queued: 'Waiting',
    running: 'Importing',
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Cancelled',
  } satisfies Record<ImportState, string>,
  silent: 'The hub does not answer. This is how far it was when it last did.',
  silentJobs: 'The hub does not answer. What is running there is not known.',
  doneToast: (name: string, imported: number, refused: number) =>
    `${name}: ${rowCount(imported)} imported${refused ? `, ${count(refused)} refused` : ''}.`,
  failedToast: (name: string) => `${name}: the import failed.`,
  showReport: 'Show report',
  progressLabel: (name: string) => `Import of ${name}`,

  tabs: { url: 'Upload Data URL', explorer: 'File Explorer', drop: 'Drag and Drop' },
  drop: 'Drop a JSON, NDJSON or CSV list here, or choose a file',
  dropNow: 'Let go to import this list',
  dropHint: 'Plain or gzip, of any length. The addresses in it stay where they are.',
  oneFile: 'Drop one list at a time: the last one was taken.',
  noList: (names: string[]) =>
    (names.length === 1
      ? `“${names[0]}” is no list of addresses.`
      : `These ${count(names.length)} files are no lists of addresses.`) +
    ' Under Drag and Drop, files themselves are copied to the hub.',
  copyThere: (n: number) => `Copy ${n === 1 ? 'it' : 'them'} there`,
  example: 'Example',
  copyExample: 'Copy the example',
  exampleNote: 'Width and height are only needed for exporting bitmasks.',
  advanced: 'Advanced Configs',
  storageMethod: 'Storage Method',
  storagePublic: 'Public',
  storagePublicHint: 'Addresses that anybody can open',
  storageHint: 'Which storage opens the addresses in the list.',
  batches: 'Batches',
  batchesHint: 'Every asset of the list joins them.',
  batchesPlaceholder: 'Choose or create',
  onError: 'If a row is wrong',
  onErrors: {
    skip: { label: 'Skip it and report it', detail: 'All other rows are imported' },
    refuse: { label: 'Refuse the whole file', detail: 'Nothing is imported' },
  } satisfies Record<OnError, { label: string; detail: string }>,
  onDuplicate: 'If an External ID exists already',
  onDuplicates: {
    allow: { label: 'Import it again', detail: 'External IDs need not be unique' },
    skip: { label: 'Skip the row', detail: 'The asset stays as it is' },
    update: { label: 'Update the asset', detail: 'With what the row says' },
  } satisfies Record<OnDuplicate, { label: string; detail: string }>,
  priority: 'Priority',
  priorityHint: '−1000 to 1000: tasks of a higher one are handed out first.',
  dryRun: 'Dry run',
  dryRunHint: 'Check every row, import nothing.',
  forgotten: {
    title: (buckets: string[]) =>
      `The list names ${buckets.length === 1 ? 'the bucket' : 'the buckets'} ${named(buckets)}, and Storage Method is Public`,
    text: 'Public addresses are opened without a signature: a private bucket refuses that. Choose the storage that opens it.',
    noStorages:
      'Public addresses are opened without a signature: a private bucket refuses that. Add its storage under Organization → Storages first.',
    through: 'Import through this storage',
    asPublic: 'Import as Public',
    cancel: 'Do not import',
    choose: 'Choose a storage',
    waits: (name: string) => `${name} was not imported: it waits for a Storage Method.`,
    answer: 'Answer',
  },
  recent: 'Recent imports',
  recentFailed: 'The recent imports could not be listed.',
  report: 'Import',
  another: 'Import another list',
  importNow: 'Import it now',
  sending: (sent: number, total: number) => `${bytes(sent)} of ${bytes(total)} sent`,
  waiting: 'Received. Waiting for its turn.',
  notAnswering: (found: number) =>
    `The bucket does not answer; it is asked again by itself. ${counted(found, 'file', 'files')} found so far.`,
  listing: (found: number) => `Looking through the bucket: ${counted(found, 'file', 'files')} found`,
  rows: (read: number, total: number | null) =>
    total === null ? `${count(read)} rows` : `${count(read)} of ~${count(total)}`,
  rate: (perSecond: number) => `${count(Math.round(perSecond))}/s`,
  byteRate: (perSecond: number) => `${bytes(perSecond)}/s`,
  left: (seconds: number) => `${duration(seconds)} left`,
  goesOn: 'You may close this: the import goes on, and the jobs menu at the top keeps it.',
  sendingStays: 'You may close this dialog, but keep this tab open until the list is sent.',
  cancelImport: 'Cancel import',
  cancelTitle: (name: string) => `Cancel the import of ${name}?`,
  cancelText: (n: number) => `${rowCount(n)} were read. Nothing of this list is imported then.`,
  cancelListing: (n: number) =>
    `${counted(n, 'file was', 'files were')} listed. Nothing of this is imported then.`,
  cancelled: 'The import was cancelled. Nothing of this list was imported.',
  failed: 'The import failed. Nothing of this list was imported.',
  sendFailed: 'The list could not be sent.',
  imported: (n: number) => `${rowCount(n)} imported`,
  wouldImport: (n: number) => `${rowCount(n)} can be imported`,
  updated: (n: number) => `${rowCount(n)} updated`,
  skipped: (n: number) => `${rowCount(n)} skipped: the External ID exists already`,
  refused: (n: number) => `${rowCount(n)} refused`,
  noticed: (n: number) => `${rowCount(n)} with a notice`,
  refusedSoFar: (n: number) => `${rowCount(n)} refused so far`,
  dryDone: 'Dry run: nothing was imported.',
  reasons: 'What the report says',
  rowsOf: 'Rows',
  /** Of a report that is not read to its end, so many at least. */
  counted: {
    refused: (n: number, isWhole: boolean) => `${count(n)}${isWhole ? '' : '+'} refused`,
    notice: (n: number, isWhole: boolean) => `${count(n)}${isWhole ? '' : '+'} noticed`,
  },
  exampleRow: (row: number) => `For example row ${count(row)}:`,
  which: (rows: number, which: string) => `${rows === 1 ? 'Row' : 'Rows'} ${which}`,
  field: 'Field',
  reason: 'Reason',
  firstRows: (n: number) =>
    `Gathered from the first ${count(n)} lines of the report. The download has all of them.`,
  reportFailed: 'The report could not be read.',
  downloadCsv: 'Download CSV',
  downloadNdjson: 'Download NDJSON',
};
