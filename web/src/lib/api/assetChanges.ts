// Questions to the hub about changes of many assets: ordered by ids or by a filter, followed, cancelled.
import { IDS_AT_ONCE, type AssetFilters } from './assets';
import { answer, hub } from './client';
import { mayPass } from './errors';
import type { AssetChange, ChangeBody } from './types';

/** How often one is asked about that goes on. */
const ASKED_EVERY_MS = 700;

/** Some assets by id, or all that a filter lets through. */
export type ChangeTarget = { ids: string[] } | { filters: AssetFilters };

/** What was ordered together, as far as it came, and why it came no further. */
export type Placed = { ordered: AssetChange[]; failure: unknown };

const orderedHere = new Set<string>();

/** Whether this tab ordered it, and so tells how it ended. */
export const isOrderedHere = (id: string) => orderedHere.has(id);

/**
 * Orders a change. Named assets go in as many orders as the hub's limit asks for, which are short; what is not over when
 * this answers goes on.
 */
export async function orderChange(
  projectId: string,
  change: ChangeBody,
  target: ChangeTarget,
): Promise<Placed> {
  const orders: Record<string, unknown>[] = [];
  if ('filters' in target) orders.push(target.filters);
  else {
    for (let from = 0; from < target.ids.length; from += IDS_AT_ONCE) {
      orders.push({ _id: target.ids.slice(from, from + IDS_AT_ONCE) });
    }
  }
  return place(orders, (filters) => {
    const params = { path: { project: projectId } };
    // The document calls the filters any object, which its types call an empty one.
    const body = { change, filters: filters as Record<string, never> };
    return answer(hub.POST('/v2/project/{project}/assetChanges', { params, body }));
  });
}

/** Takes back exactly what these changes did. */
export function undoChanges(projectId: string, ids: string[]): Promise<Placed> {
  return place(ids, (id) => {
    const params = { path: { project: projectId, id } };
    return answer(hub.POST('/v2/project/{project}/assetChanges/{id}/undo', { params }));
  });
}

/** Orders one after the other. What was ordered before one is refused stays ordered, and is answered. */
async function place<Order>(
  orders: Order[],
  one: (order: Order) => Promise<{ change: AssetChange }>,
): Promise<Placed> {
  const ordered: AssetChange[] = [];
  for (const order of orders) {
    try {
      const { change } = await one(order);
      orderedHere.add(change._id);
      ordered.push(change);
    } catch (failure) {
      return { ordered, failure };
    }
  }
  return { ordered, failure: null };
}

/** Waits until these have ended; how each did. */
export async function ended(projectId: string, changes: AssetChange[]): Promise<AssetChange[]> {
  const over: AssetChange[] = [];
  for (let change of changes) {
    while (!isOver(change)) {
      await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS));
      const params = { path: { project: projectId, id: change._id } };
      try {
        ({ change } = await answer(hub.GET('/v2/project/{project}/assetChanges/{id}', { params })));
      } catch (error) {
        // The change goes on meanwhile.
        if (!mayPass(error)) throw error;
      }
    }
    over.push(change);
  }
  return over;
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
