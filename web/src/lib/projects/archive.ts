// Archiving a project and taking it out again, each of which can be undone by the other.
import type { QueryClient } from '@tanstack/svelte-query';
import { archiveProject, unarchiveProject } from '$lib/api/projectChanges';
import { keys } from '$lib/session/queries';
import { words } from '$lib/words/projectChanges';
import { toasts } from '$ui/toasts.svelte';

type Named = { _id: string; name: string };

export async function setArchived(queries: QueryClient, project: Named, archived: boolean): Promise<void> {
  const { _id, name } = project;
  try {
    await (archived ? archiveProject(_id) : unarchiveProject(_id));
    toasts.done(archived ? words.archived(name) : words.unarchived(name), {
      label: words.undo,
      run: () => void setArchived(queries, project, !archived),
    });
  } catch (error) {
    toasts.failed(error);
  }
  void queries.invalidateQueries({ queryKey: keys.project(_id) });
  await queries.invalidateQueries({ queryKey: keys.projects() });
}
