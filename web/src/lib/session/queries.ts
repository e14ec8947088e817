// What is remembered of the hub's answers and for how long; one key per question, the organization always in it.
import { goto } from '$app/navigation';
import { QueryCache, QueryClient } from '@tanstack/svelte-query';
import { ApiError, mayPass } from '$lib/api/errors';
import type { SetupQuestion } from '$lib/api/storages';
import { countTasks } from '$lib/api/tasks';
import { organization } from './organization.svelte';

export const keys = {
  session: ['session'] as const,
  projects: () => [organization.id, 'projects'] as const,
  project: (id: string) => [organization.id, 'project', id] as const,
  overview: (id: string) => [organization.id, 'project', id, 'overview'] as const,
  projectPeople: (id: string) => [organization.id, 'project', id, 'people'] as const,
  assets: (projectId: string) => [organization.id, 'project', projectId, 'assets'] as const,
  assetChanges: (projectId: string) => [organization.id, 'project', projectId, 'assetChanges'] as const,
  batches: (projectId: string) => [organization.id, 'project', projectId, 'batches'] as const,
  tasks: (projectId: string) => [organization.id, 'project', projectId, 'tasks'] as const,
  exports: (projectId: string) => [organization.id, 'project', projectId, 'exports'] as const,
  imports: (projectId: string) => [organization.id, 'project', projectId, 'imports'] as const,
  jobs: () => [organization.id, 'jobs'] as const,
  import: (id: string) => [organization.id, 'imports', id] as const,
  storages: () => [organization.id, 'storages'] as const,
  storageProjects: (id: string) => [organization.id, 'storages', 'projects', id] as const,
  storageSetup: (question: SetupQuestion) => [organization.id, 'storages', 'setup', question] as const,
  members: (id: string) => [id, 'members'] as const,
  activity: (id: string) => [id, 'activity'] as const,
  apiKeys: () => [organization.id, 'apiKeys'] as const,
  memberApiKeys: (id: string) => [id, 'memberApiKeys'] as const,
};

/** Whether an answer says what people are called. */
export const namesPeople = ({ queryKey }: { queryKey: readonly unknown[] }) =>
  ['members', 'people', 'activity', 'overview', 'memberApiKeys'].some((part) => queryKey.includes(part));

/** How many tasks of a project are in which stage: asked by its head and by its pages, answered once. */
export const taskCounts = (projectId: string) => ({
  queryKey: [...keys.tasks(projectId), 'counts'],
  queryFn: () => countTasks(projectId),
  retry: false,
});

const FRESH_MS = 15_000;
const TRIES = 3;

export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A hub on this very computer answers without any network.
        networkMode: 'always',
        // What failed while the network was away comes by itself when it is back.
        refetchOnReconnect: true,
        staleTime: FRESH_MS,
        retry: (failed, error) => failed + 1 < TRIES && mayPass(error),
        retryDelay: (attempt) => 400 * 2 ** attempt,
      },
    },
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
  });
}

let inPlace: (() => void) | null = null;

/** A page that asks to sign in where one is says so here, and gives it back with the returned function. */
export function signedOutInPlace(ask: () => void): () => void {
  inPlace = ask;
  return () => (inPlace = null);
}

/** A session may end while a page is open: the way back leads through the sign-in page. */
function leaveWhenSignedOut(error: Error) {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  if (inPlace) return inPlace();
  const { pathname, search } = location;
  if (pathname === '/sign-in') return;
  void goto(`/sign-in?next=${encodeURIComponent(pathname + search)}`);
}
