// Questions to the hub about imports.
import { answer, hub } from './client';
import type { OnDuplicate, OnError } from './types';

export type ImportChoices = {
  storage: string;
  batches: string[];
  onError: OnError;
  onDuplicate: OnDuplicate;
  dryRun: boolean;
  /** -1000 to 1000 as it is typed; empty: 0. */
  priority: string;
};

export async function listActiveImports() {
  return (await answer(hub.GET('/v2/imports', { params: { query: { state: 'active' } } }))).imports;
}

export function listImports(projectId: string) {
  const params = { path: { project: projectId }, query: { page: 1, limit: 5 } };
  return answer(hub.GET('/v2/project/{project}/imports', { params }));
}

export async function getImport(id: string) {
  return (await answer(hub.GET('/v2/imports/{id}', { params: { path: { id } } }))).import;
}

export function cancelImport(id: string) {
  return answer(hub.POST('/v2/imports/{id}/cancel', { params: { path: { id } } }));
}

export function reportHref(id: string, format: 'csv' | 'ndjson'): string {
  return `/v2/imports/${id}/report?format=${format}`;
}
