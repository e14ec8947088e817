// Questions to the hub about what lies in buckets, and the import of what was picked there.
import { answer, hub } from './client';
import type { Import, OnDuplicate } from './types';

export type StorageFile = { key: string; size: number; lastModified?: string | null };
export type FolderPage = { folders: string[]; files: StorageFile[]; scrollToken?: string | null };

export type Place = { storage: string; bucket: string; folder: string };

export type Picked = Place & {
  files: string[];
  folders: string[];
  extensions: string[];
  subfolders: boolean;
  folderBatches: boolean;
  batches: string[];
  onDuplicate: OnDuplicate;
  dryRun: boolean;
};

export async function listBuckets(storage: string): Promise<string[]> {
  const params = { path: { id: storage } };
  return (await answer(hub.GET('/v2/storages/{id}/buckets', { params }))).buckets;
}

export function listFolder(
  place: Place,
  scrollToken: string | null,
  signal: AbortSignal,
): Promise<FolderPage> {
  const query = {
    bucketName: place.bucket,
    path: place.folder,
    getSignedUrls: 'false',
    ...(scrollToken ? { scrollToken } : {}),
  };
  const params = { path: { id: place.storage }, query };
  return answer(hub.GET('/v2/storages/{id}/files', { params, signal }));
}

/** Starts the import of what was picked, or of the whole folder where nothing was. */
export async function importPicked(projectId: string, picked: Picked): Promise<Import> {
  const { storage, bucket, folder, files, folders, ...options } = picked;
  const all = files.length + folders.length === 0;
  const body = { storageId: storage, bucket, upload: true, projectId, files, folders, ...options };
  const explored = await answer(hub.POST('/v2/file-explorer', { body: all ? { ...body, folder } : body }));
  if (!explored.import) throw new Error('no import');
  return explored.import;
}
