// Follows running imports until they end, then says so and lets the pages look again.
import { useQueryClient } from '@tanstack/svelte-query';
import { getImport } from '$lib/api/imports';
import type { Import } from '$lib/api/types';
import { m } from '$lib/messages';
import { keys } from '$lib/session/queries';
import { toasts } from '$ui/toasts.svelte';
import { uploads } from './uploads.svelte';

const LOOK_AGAIN_MS = 500;

/** Imports whose end was seen to already. */
const told = new Set<string>();

export function isOver(state: Import['state']): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled';
}

export function follow(active: () => Import[] | undefined, onreport: (done: Import) => void) {
  const queries = useQueryClient();
  const followed = new Set<string>();

  async function ended(id: string) {
    const done = await getImport(id).catch(() => null);
    if (!done) return;
    if (!isOver(done.state)) {
      // Not over, only not in the answer of a moment ago: look again.
      setTimeout(() => void ended(id), LOOK_AGAIN_MS);
      return;
    }
    void queries.invalidateQueries({ queryKey: keys.assets(done.project) });
    void queries.invalidateQueries({ queryKey: keys.imports(done.project) });
    void queries.invalidateQueries({ queryKey: keys.project(done.project) });
    void queries.invalidateQueries({ queryKey: keys.projects() });
    if (uploads.watched === id) return;
    const action = { label: m.imports.showReport, run: () => onreport(done) };
    if (done.state === 'completed') {
      toasts.done(m.imports.doneToast(done.name, done.rowsImported, done.rowsRefused), action);
    } else if (done.state === 'failed') {
      toasts.show({ tone: 'danger', text: m.imports.failedToast(done.name), action });
    }
  }

  $effect(() => {
    const running = active();
    for (const { importId } of uploads.list) if (importId && !told.has(importId)) followed.add(importId);
    if (!running) return;
    const now = new Set(running.map(({ _id }) => _id));
    for (const id of now) followed.add(id);
    for (const id of followed) {
      if (now.has(id)) continue;
      followed.delete(id);
      told.add(id);
      void ended(id);
    }
  });
}
