// The words of the Export tab.
import type { Stage } from '$lib/api/tasks';
import type { ExportFormat, JobState, MaskKind, RasterRule } from '$lib/api/types';
import { bytes, count, counted, duration } from '$lib/format/numbers';

export const words = {
  title: 'New export',
  create: 'Create export',
  format: 'Format',
  formats: {
    json: { label: 'Ango JSON', detail: 'One file, as Ango Hub’s export V3 has it' },
    ndjson: { label: 'NDJSON', detail: 'The same, one task per line, for large projects' },
    coco: { label: 'COCO', detail: 'Boxes and polygons as COCO instances' },
    masks: { label: 'Bitmasks', detail: 'PNG pictures made of polygons and boxes' },
  } satisfies Record<ExportFormat, { label: string; detail: string }>,
  kind: 'One picture for',
  kinds: {
    instance: { label: 'Every object', detail: 'White where the object is' },
    class: { label: 'Every class of an asset', detail: 'White where any object of it is' },
    semantic: { label: 'Every asset', detail: 'A number per class, with a legend' },
  } satisfies Record<MaskKind, { label: string; detail: string }>,
  raster: 'Which pixels belong',
  rasters: {
    centre: { label: 'Centre', detail: 'Those whose centre lies inside' },
    coco: { label: 'COCO', detail: 'Bit for bit as pycocotools' },
    opencv: { label: 'OpenCV', detail: 'Bit for bit as fillPoly, edges included' },
  } satisfies Record<RasterRule, { label: string; detail: string }>,
  stages: 'Stages',
  batches: 'Batches',
  batchesHint: 'None chosen: all tasks.',
  batchesPlaceholder: 'All',
  includeHistory: 'Include the history of stages',
  includeMetadata: 'Include who labeled what, and when',
  /** Said of stages that hold no task, with where the tasks are instead. */
  nothing: (chosen: Stage[], all: [Stage, number][]) => {
    const held = all.filter(([, tasks]) => tasks > 0);
    const where = held.map(([stage, tasks], at) =>
      at ? `${count(tasks)} in ${stage}` : `${count(tasks)} ${tasks === 1 ? 'is' : 'are'} in ${stage}`,
    );
    return `No task is in ${chosen.join(' or ')}${where.length ? `; ${where.join(' and ')}` : ''}.`;
  },
  empty: 'Nothing was in it',
  needsStage: 'Choose at least one stage.',

  list: 'Exports',
  failed: 'The exports could not be listed.',
  emptyTitle: 'No exports yet',
  emptyText: 'An export is made in the background and stays here to be downloaded.',
  states: {
    queued: 'Waiting',
    running: 'Exporting',
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Cancelled',
  } satisfies Record<JobState, string>,
  progress: (done: number, total: number) => `${count(done)} of ${counted(total, 'task', 'tasks')}`,
  done: (tasks: number) => counted(tasks, 'task', 'tasks'),
  written: (size: number) => bytes(size),
  left: (seconds: number) => `${duration(seconds)} left`,
  problems: (n: number) => `${counted(n, 'problem', 'problems')} in the report`,
  cancel: 'Cancel',
  cancelled: (name: string) => `The export “${name}” was cancelled.`,
  undo: 'Undo',
  download: 'Download',
  report: 'Report',
  progressLabel: (what: string) => `Export of ${what}`,
  copyLink: 'Copy the link: it downloads without signing in',
  allStages: 'All stages',
  keptUntil: 'kept until',
};
