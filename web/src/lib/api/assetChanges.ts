// Questions to the hub about changes of many assets: ordered by ids or by a filter, followed, cancelled.
import { IDS_AT_ONCE, type AssetFilters } from './assets';
import { answer, hub } from './client';
import type { AssetChange, ChangeBody } from './types';

/** Some assets by id, or all that a filter lets through. */
export type ChangeTarget = { ids: string[] } | { filters: AssetFilters };

/**
 * Orders a change. Named assets go in as many orders as the hub's limit asks for, which are short and end at once;
 * what answers `running` goes on after this has answered.
 */
export async function orderChange(
  projectId: string,
  change: ChangeBody,
  target: ChangeTarget,
): Promise<{ changed: number; running: boolean; ordered: string[] }> {
  const orders: Record<string, unknown>[] = [];
  if ('filters' in target) orders.push(target.filters);
  else {
    for (let from = 0; from < target.ids.length; from += IDS_AT_ONCE) {
      orders.push({ _id: target.ids.slice(from, from + IDS_AT_ONCE) });
    }
  }
  let changed = 0;
  let running = false;
  const made: string[] = [];
  for (const filters of orders) {
    const params = { path: { project: projectId } };
    // The document calls the filters any object, which its types call an empty one.
    const body = { change, filters: filters as Record<string, never> };
    const ordered = (await answer(hub.POST('/v2/project/{project}/assetChanges', { params, body }))).change;
    if (ordered.error) throw new Error(ordered.error.message);
    made.push(ordered._id);
    changed += ordered.assetsDone;
    running ||= !isOver(ordered);
  }
  return { changed, running, ordered: made };
}

/** Takes back exactly what these deletions deleted. */
export async function undoChanges(
  projectId: string,
  ids: string[],
): Promise<{ changed: number; running: boolean }> {
  let changed = 0;
  let running = false;
  for (const id of ids) {
    const params = { path: { project: projectId, id } };
    const undo = hub.POST('/v2/project/{project}/assetChanges/{id}/undo', { params });
    const { change } = await answer(undo);
    if (change.error) throw new Error(change.error.message);
    changed += change.assetsDone;
    running ||= !isOver(change);
  }
  return { changed, running };
}

export async function listChanges(projectId: string) {
  const params = { path: { project: projectId }, query: { page: 1, limit: 10 } };
  return (await answer(hub.GET('/v2/project/{project}/assetChanges', { params }))).changes;
}

export function cancelChange(projectId: string, id: string) {
  const params = { path: { project: projectId, id } };
  return answer(hub.POST('/v2/project/{project}/assetChanges/{id}/cancel', { params }));
}

export function isOver({ state }: Pick<AssetChange, 'state'>): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled';
}
