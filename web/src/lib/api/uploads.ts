// Files on their way into the hub's own storage: what is there already, where to send one, and the assets they become.
import { answer, hub } from './client';
import { errorFromBody, networkError } from './errors';

/** Names that one question may hold. */
export const NAMES_MAX = 1000;

export type Uploaded = { url: string; externalId: string; batches: string[] };

/** Which of these names are there, with their addresses and sizes, and how much of others. */
export async function findUploaded(projectId: string, names: string[]) {
  const params = { path: { project: projectId } };
  return answer(hub.POST('/v2/project/{project}/uploads', { params, body: { names } }));
}

/** A link that takes one file, whole or in parts, for an hour. */
export async function uploadLink(projectId: string, name: string): Promise<string> {
  const params = { query: { project: projectId, name } };
  return (await answer(hub.GET('/v2/getUploadUrl', { params }))).uploadUrl;
}

/** Sends bytes to a link. `XMLHttpRequest`, because `fetch` tells nothing of progress. */
export function sendBytes(
  method: 'PUT' | 'PATCH',
  link: string,
  headers: Record<string, string>,
  bytes: Blob,
  onprogress: (sent: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open(method, link);
    request.responseType = 'json';
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onprogress(event.loaded);
    request.onload = () => {
      if (request.status < 300) resolve();
      else reject(errorFromBody(request.status, request.response));
    };
    request.onerror = () => reject(networkError());
    request.onabort = () => reject(new DOMException('', 'AbortError'));
    request.onloadend = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort);
    request.send(bytes);
  });
}

/** Makes assets of files that are there, by an import of this name. Sent twice, it makes them once. */
export async function registerUploads(projectId: string, name: string, uploaded: Uploaded[]) {
  const assets = uploaded.map(({ url, externalId, batches }) => ({
    data: url,
    externalId,
    ...(batches.length ? { batches } : {}),
  }));
  const params = { path: { project: projectId }, query: { name } };
  // The document names more of a body than has to be in one.
  const body = { assets, uploadLocal: 'true' };
  return (await answer(hub.POST('/v2/project/{project}/cloud', { params, body }))).assets;
}
