// What is on its way in the organization, of every kind, where this person may have it.
import { cancelChange } from './assetChanges';
import { answer, hub } from './client';
import { cancelExport } from './exports';
import { cancelImport } from './imports';
import type { Job } from './types';

export async function listJobs() {
  return (await answer(hub.GET('/v2/jobs'))).jobs;
}

export async function cancelJob({ _id, kind, project }: Job) {
  if (kind === 'import') await cancelImport(_id);
  else if (kind === 'export') await cancelExport(_id);
  else await cancelChange(project, _id);
}
