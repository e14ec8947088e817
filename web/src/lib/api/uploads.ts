// Files on their way into the hub's own storage: what is there already, where to send one, and the assets they become.
import { answer, hub } from './client';
import { errorFromBody, networkError } from './errors';

/** Names that one question may hold. */
export const NAMES_MAX = 1000;

export type Uploaded = { url: string; externalId: string; batches: string[] };

/** Which of these names are there, with their addresses and sizes. */
export async function findUploaded(projectId: string, names: string[]) {
  const params = { path: { project: projectId } };
  return (await answer(hub.POST('/v2/project/{project}/uploads', { params, body: { names } }))).files;
}

async function uploadUrl(projectId: string, name: string): Promise<string> {
  const params = { query: { project: projectId, name } };
  return (await answer(hub.GET('/v2/getUploadUrl', { params }))).uploadUrl;
}

/** Sends one file; its address once it is safe. `XMLHttpRequest`, because `fetch` tells nothing of progress. */
export async function sendFile(
  projectId: string,
  name: string,
  file: File,
  onprogress: (sent: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const url = await uploadUrl(projectId, name);
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    request.responseType = 'json';
    request.upload.onprogress = (event) => onprogress(event.loaded);
    request.onload = () => {
      if (request.status < 300) resolve();
      else reject(errorFromBody(request.status, request.response));
    };
    request.onerror = () => reject(networkError());
    request.onabort = () => reject(new DOMException('', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
  return url.split('?')[0] ?? url;
}

/** Makes assets of files that are there. Sent twice, it makes them once. */
export async function registerUploads(projectId: string, uploaded: Uploaded[]) {
  const assets = uploaded.map(({ url, externalId, batches }) => ({
    data: url,
    externalId,
    ...(batches.length ? { batches } : {}),
  }));
  const params = { path: { project: projectId } };
  // The document names more of a body than has to be in one.
  const body = { assets, uploadLocal: 'true' };
  return (await answer(hub.POST('/v2/project/{project}/cloud', { params, body }))).assets;
}
