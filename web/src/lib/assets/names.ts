// What an asset is called where there is room for one name.
import type { Asset } from '$lib/api/types';
import { fileName } from '$lib/format/address';

export function nameOf(asset: Pick<Asset, '_id' | 'externalId' | 'data' | 'dataset'>): string {
  return asset.externalId || fileName(addressOf(asset)) || asset._id;
}

/** The one address that stands for an asset; a data set is known by its first. */
export function addressOf(asset: Pick<Asset, 'data' | 'dataset'>): string {
  return asset.data ?? asset.dataset?.[0] ?? '';
}

/** Width and height as imported or found since, if they are known. */
export function sizeOf(asset: Pick<Asset, 'metadata'>): { width: number; height: number } | null {
  const { width, height } = asset.metadata ?? {};
  return typeof width === 'number' && typeof height === 'number' ? { width, height } : null;
}

/** When the asset's task was completed, if it is, and how long people worked on it in all, in milliseconds. */
export function workOn(asset: Pick<Asset, 'labelTasks'>): {
  completedAt: string | null;
  milliseconds: number;
} {
  const task = asset.labelTasks[0];
  const left = task?.stageHistory ?? [];
  return {
    completedAt: task?.stage === 'Complete' ? (left.at(-1)?.completedAt ?? null) : null,
    milliseconds: left.reduce((sum, { duration }) => sum + duration, 0),
  };
}

/** Whether an address is that of a file in the hub's own storage. */
export function isOwnFile(address: string): boolean {
  return address.startsWith(`${location.origin}/v2/files/`);
}
