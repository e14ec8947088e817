// Files that are in the hub's storage and not yet assets, remembered over a reload: nothing that was sent is forgotten.
import type { Uploaded } from '$lib/api/uploads';

const key = (projectId: string) => `insitu.uploaded.${projectId}`;

export function unregistered(projectId: string): Uploaded[] {
  try {
    return JSON.parse(localStorage.getItem(key(projectId)) ?? '[]') as Uploaded[];
  } catch {
    return [];
  }
}

function write(projectId: string, uploaded: Uploaded[]) {
  try {
    if (uploaded.length) localStorage.setItem(key(projectId), JSON.stringify(uploaded));
    else localStorage.removeItem(key(projectId));
  } catch {
    // Then only a reload in the next second could lose it, and dropping the files again brings it back.
  }
}

export function remember(projectId: string, uploaded: Uploaded[]) {
  const urls = new Set(uploaded.map(({ url }) => url));
  write(projectId, [...unregistered(projectId).filter(({ url }) => !urls.has(url)), ...uploaded]);
}

export function forget(projectId: string, uploaded: Uploaded[]) {
  const urls = new Set(uploaded.map(({ url }) => url));
  write(
    projectId,
    unregistered(projectId).filter(({ url }) => !urls.has(url)),
  );
}
