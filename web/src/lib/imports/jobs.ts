// Running jobs of every kind: where each is to be seen, and which lists have to look again when one begins or ends.
import type { Job } from '$lib/api/types';
import { keys } from '$lib/session/queries';
import { estimate } from './progress';

/** How many there will be, counted or else judged by the part that is done. */
export function totalOf({ done, total, share }: Job): number | null {
  return total ?? estimate(done, share ?? null);
}

/** The page that shows it. */
export function pageOf({ kind, project }: Job): string {
  return `/projects/${project}/${kind === 'export' ? 'export' : 'assets'}`;
}

/** The lists of those jobs that are in one of two answers and not in the other. Imports are followed to their end. */
export function outdated(before: Job[], now: Job[]): (readonly unknown[])[] {
  const has = (jobs: Job[], { _id }: Job) => jobs.some((job) => job._id === _id);
  const moved = [...before.filter((job) => !has(now, job)), ...now.filter((job) => !has(before, job))];
  return moved
    .filter(({ kind }) => kind !== 'import')
    .map(({ kind, project }) => (kind === 'export' ? keys.exports(project) : keys.assetChanges(project)));
}
