// The storage that was used last in a project, so that the second list needs no choice.
import type { Storage } from '$lib/api/types';
import { isUsable } from '$lib/storages/usable';

const key = (projectId: string) => `insitu.storage.${projectId}`;

export function lastStorage(projectId: string, storages: Storage[]): string {
  try {
    const id = localStorage.getItem(key(projectId)) ?? '';
    return storages.some((storage) => storage._id === id && isUsable(storage)) ? id : '';
  } catch {
    return '';
  }
}

export function rememberStorage(projectId: string, id: string) {
  try {
    localStorage.setItem(key(projectId), id);
  } catch {
    // A convenience only.
  }
}
