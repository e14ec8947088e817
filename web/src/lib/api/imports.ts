// Questions to the hub about imports, and the sending of a list with its progress.
import { organization } from '$lib/session/organization.svelte';
import { answer, hub } from './client';
import { errorFromBody, networkError } from './errors';
import type { Import, OnDuplicate, OnError } from './types';

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

/** One refused row as the report names it. */
export type RefusedRow = { index: number; offset?: number; field?: string; code: string; message: string };

/** The first rows of a report; the rest of a long one is never fetched. */
export async function firstRefusedRows(id: string, most: number): Promise<RefusedRow[]> {
  const headers: HeadersInit = organization.id ? { 'x-organization': organization.id } : {};
  const response = await fetch(reportHref(id, 'ndjson'), { headers }).catch(() =>
    Promise.reject(networkError()),
  );
  if (!response.ok) throw errorFromBody(response.status, await response.json().catch(() => null));
  const rows: RefusedRow[] = [];
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  while (reader && rows.length < most) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines)
      if (line.trim() && rows.length < most) rows.push(JSON.parse(line) as RefusedRow);
    if (done) break;
  }
  await reader?.cancel();
  return rows;
}

/** A query in which a space is `%20`: the hub reads `+` as a plus, which `URLSearchParams` would write for a space. */
function queryOf(params: Record<string, string>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}

/**
 * Sends a list as the body of one request, straight from the disk. `XMLHttpRequest`, because `fetch` tells nothing
 * about how far an upload has come.
 */
export function sendImport(
  projectId: string,
  file: File,
  choices: ImportChoices,
  onprogress: (bytesSent: number) => void,
  signal: AbortSignal,
): Promise<Import> {
  const query = queryOf({
    name: file.name,
    onError: choices.onError,
    onDuplicate: choices.onDuplicate,
    ...(choices.storage ? { storage: choices.storage } : {}),
    ...(choices.batches.length ? { batches: JSON.stringify(choices.batches) } : {}),
    ...(choices.dryRun ? { dryRun: 'true' } : {}),
    ...(choices.priority.trim() ? { priority: choices.priority.trim() } : {}),
  });

  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/v2/project/${projectId}/imports?${query}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    if (organization.id) request.setRequestHeader('x-organization', organization.id);
    request.responseType = 'json';
    request.upload.onprogress = (event) => onprogress(event.loaded);
    request.onload = () => {
      const body = request.response as { data?: { import?: Import } } | null;
      if (request.status < 300 && body?.data?.import) resolve(body.data.import);
      else reject(errorFromBody(request.status, body));
    };
    request.onerror = () => reject(networkError());
    request.onabort = () => reject(new DOMException('', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
