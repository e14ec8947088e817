// Stops a job of whichever kind; apart, because few pages ask for it and all of them list jobs.
import { cancelChange } from './assetChanges';
import { cancelExport } from './exports';
import { cancelImport } from './imports';
import type { Job } from './types';

export async function cancelJob({ _id, kind, project }: Job) {
  if (kind === 'import') await cancelImport(_id);
  else if (kind === 'export') await cancelExport(_id);
  else await cancelChange(project, _id);
}
