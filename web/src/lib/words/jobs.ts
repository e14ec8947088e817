// What the menu of running jobs says of each.
import type { Job } from '$lib/api/types';
import { count, counted, duration } from '$lib/format/numbers';
import { words as changes } from './changes';

const units: Record<Job['unit'], [one: string, many: string]> = {
  rows: ['row', 'rows'],
  files: ['file', 'files'],
  tasks: ['task', 'tasks'],
  assets: ['asset', 'assets'],
};
const running: Record<Job['kind'], string> = {
  import: 'Importing',
  export: 'Exporting',
  assetChange: 'Running',
};

export const words = {
  name: ({ name, change }: Job) => name ?? (change ? changes.running[change] : ''),
  state: ({ kind, state, unit }: Job) => {
    if (state === 'receiving') return 'Sending';
    if (state === 'queued') return 'Waiting';
    return unit === 'files' ? 'Looking' : running[kind];
  },
  bar: (job: Job) => {
    if (job.kind === 'import') return `Import of ${words.name(job)}`;
    return job.kind === 'export' ? `Export of ${words.name(job)}` : words.name(job);
  },
  /** `total` is one that was counted, or else judged by the part that is done. */
  done: ({ done, total: counts, unit }: Job, total: number | null) => {
    const [one, many] = units[unit];
    if (total === null) return counted(done, one, many);
    return `${count(done)} of ${typeof counts === 'number' ? '' : '~'}${counted(total, one, many)}`;
  },
  rate: (perSecond: number) => `${count(Math.round(perSecond))}/s`,
  left: (seconds: number) => `${duration(seconds)} left`,
  cancel: (name: string) => `Cancel ${name}`,
};
