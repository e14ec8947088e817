// Questions to the hub about exports: beginning one, following it, its report and its file.
import { answer, hub } from './client';
import type { ExportBody } from './types';

export function listExports(projectId: string) {
  const params = { path: { project: projectId } };
  return answer(hub.GET('/v2/project/{project}/exports', { params }));
}

export async function createExport(projectId: string, body: ExportBody) {
  const params = { path: { project: projectId } };
  return (await answer(hub.POST('/v2/project/{project}/exports', { params, body }))).export;
}

export async function cancelExport(id: string) {
  return (await answer(hub.POST('/v2/exports/{id}/cancel', { params: { path: { id } } }))).export;
}

export function exportReportHref(id: string): string {
  return `/v2/exports/${id}/report`;
}
