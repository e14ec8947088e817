// The words of the list of projects and of what can be done to one.
import { count } from '$lib/format/numbers';

export const words = {
  progress: 'Progress',
  complete: (done: number, total: number) => `${count(done)} of ${count(total)} complete`,
  noTasks: 'No tasks yet',
  show: 'Which projects',
  active: 'Active',
  archived: 'Archived',
  archivedEmptyTitle: 'No archived projects',
  archivedEmptyText: 'A project that is done can be archived: it stays readable, and out of the way.',
  noActiveTitle: 'All projects are archived',
  noActiveText: 'Take one out of the archive, or create another.',
  firstOnly: (shown: number, total: number) =>
    `The first ${count(shown)} of ${count(total)} projects. Search to find others.`,
  actions: (name: string) => `Actions for ${name}`,
  open: 'Open',
  people: 'Members',
  settings: 'Settings',
  clone: 'Clone…',
  archive: 'Archive',
  unarchive: 'Take out of the archive',
  remove: 'Delete…',
};
