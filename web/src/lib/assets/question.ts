// What the Assets tab asks for, kept in the address of the page: filters, sort, view. Links and reloads keep it.
import type { AssetFilters, AssetSort } from '$lib/api/assets';

export type View = 'grid' | 'table';

export type Question = {
  externalId: string;
  batches: string[];
  storage: string;
  /** Those that came with labels, or those that did not; empty: both. */
  labels: '' | 'with' | 'without';
  deleted: boolean;
  sort: AssetSort;
};

const SORTS: AssetSort[] = ['-createdAt', 'createdAt', 'externalId', '-externalId'];

export function readQuestion(query: URLSearchParams): Question {
  const sort = query.get('sort') as AssetSort;
  const labels = query.get('labels');
  return {
    externalId: query.get('externalId') ?? '',
    batches: query.getAll('batch'),
    storage: query.get('storage') ?? '',
    labels: labels === 'with' || labels === 'without' ? labels : '',
    deleted: query.get('state') === 'deleted',
    sort: SORTS.includes(sort) ? sort : '-createdAt',
  };
}

/** Writes a question into a query, leaving out what is the default and keeping what is not its business. */
export function writeQuestion(query: URLSearchParams, question: Question): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const name of ['externalId', 'batch', 'storage', 'labels', 'state', 'sort']) next.delete(name);
  if (question.externalId) next.set('externalId', question.externalId);
  for (const batch of question.batches) next.append('batch', batch);
  if (question.storage) next.set('storage', question.storage);
  if (question.labels) next.set('labels', question.labels);
  if (question.deleted) next.set('state', 'deleted');
  if (question.sort !== '-createdAt') next.set('sort', question.sort);
  return next;
}

/** The filters as the hub takes them. */
export function filtersOf(question: Question): AssetFilters {
  return {
    ...(question.externalId ? { externalId: question.externalId } : {}),
    ...(question.batches.length ? { batches: question.batches } : {}),
    ...(question.storage ? { storage: question.storage } : {}),
    ...(question.labels ? { isPreLabeled: question.labels === 'with' } : {}),
    ...(question.deleted ? { state: 'deleted' as const } : {}),
  };
}

/** Whether anything narrows the list down. */
export function isFiltered(question: Question): boolean {
  return Object.keys(filtersOf(question)).length > 0;
}
