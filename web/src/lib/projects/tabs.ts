// The tabs of a project, each with its key, and which of them are there for whom: the head of the project, the keyboard
// and a typed address all go by it.
import { m } from '$lib/messages';
import type { Project } from '$lib/api/types';
import type { Here } from '$lib/session/session.svelte';
import { words as tasks } from '$lib/words/stages';

type Standing = Pick<Here, 'manages' | 'managesTasks' | 'seesAllTasks'>;
type WithRole = Pick<Project, 'role'> | undefined;

const { tabs } = m.projects;

const ALL = [
  {
    name: 'overview',
    label: tabs.overview,
    command: m.commands.overview,
    keys: 'g v',
    needs: 'seesAllTasks',
  },
  { name: 'assets', label: tabs.assets, command: m.commands.assets, keys: 'g a', needs: 'seesAllTasks' },
  { name: 'tasks', label: tasks.title, command: tasks.commands.tasks, keys: 'g t', needs: null },
  { name: 'batches', label: tabs.batches, command: m.commands.batches, keys: 'g b', needs: 'seesAllTasks' },
  { name: 'members', label: tabs.members, command: m.commands.members, keys: 'g m', needs: 'managesTasks' },
  { name: 'export', label: tasks.export, command: tasks.commands.export, keys: 'g e', needs: 'manages' },
  { name: 'settings', label: tabs.settings, command: m.commands.settings, keys: 'g s', needs: 'manages' },
] as const;

export type ProjectTab = (typeof ALL)[number];

export function tabsFor(here: Standing, project: WithRole): ProjectTab[] {
  return ALL.filter(({ needs }) => needs === null || here[needs](project));
}

/** The page to be on instead of one that is not for this person; nothing where the page is theirs. */
export function insteadOf(pathname: string, open: readonly ProjectTab[]): string | null {
  const name = pathname.split('/')[3];
  const isTheirs = open.some((tab) => tab.name === name) || !ALL.some((tab) => tab.name === name);
  if (isTheirs) return null;
  return open.some((tab) => tab.name === 'assets') ? 'assets' : 'tasks';
}
