// The sending of a list to import, with its progress.
import { organization } from '$lib/session/organization.svelte';
import { errorFromBody, networkError } from './errors';
import type { ImportChoices } from './imports';
import type { Import } from './types';

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
