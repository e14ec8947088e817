// Follows running imports until they end, then says so and lets the pages look again.
import { useQueryClient, type QueryClient } from '@tanstack/svelte-query';
import { getImport } from '$lib/api/imports';
import type { Import } from '$lib/api/types';
import { words as importing } from '$lib/words/imports';
import { keys } from '$lib/session/queries';
import { toasts } from '$ui/toasts.svelte';
import { uploads } from './uploads.svelte';

const LOOK_AGAIN_MS = 700;

/** Imports that are followed or were, so that an end is told once. */
const followed = new Set<string>();

export function isOver(state: Import['state']): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled';
}

/** Follows what the hub lists as running and what this tab has sent, for as long as the caller is shown. */
export function follow(active: () => Pick<Import, '_id'>[] | undefined, onreport: (done: Import) => void) {
  const queries = useQueryClient();
  let running = new Set<string>();
  let here = true;

  async function untilOver(id: string) {
    while (here) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      // While the list of running imports has it, nobody needs to ask for it alone.
      if (running.has(id)) continue;
      const job = await getImport(id).catch(() => null);
      if (job && isOver(job.state)) return ended(job, queries, onreport);
    }
    followed.delete(id);
  }

  $effect(() => {
    running = new Set(active()?.map(({ _id }) => _id));
    const sent = uploads.list.flatMap(({ importId }) => importId ?? []);
    for (const id of [...running, ...sent, ...uploads.begun]) {
      if (followed.has(id)) continue;
      followed.add(id);
      void untilOver(id);
    }
  });

  $effect(() => () => {
    here = false;
  });
}

function ended(done: Import, queries: QueryClient, onreport: (done: Import) => void) {
  for (const queryKey of [
    keys.assets(done.project),
    keys.imports(done.project),
    keys.project(done.project),
    keys.projects(),
  ]) {
    void queries.invalidateQueries({ queryKey });
  }
  if (uploads.watched === done._id) return;
  const action = { label: importing.showReport, run: () => onreport(done) };
  if (done.state === 'completed') {
    const text = importing.doneToast(done.name, done.rowsImported, done.rowsRefused);
    toasts.show({ tone: done.rowsRefused ? 'warning' : 'success', text, action });
  } else if (done.state === 'failed') {
    toasts.show({ tone: 'danger', text: importing.failedToast(done.name), action });
  }
}
