// The words of the Tasks tab.
import type { Stage } from '$lib/api/tasks';
import { count, counted } from '$lib/format/numbers';
import { words as stages } from './stages';

const taskCount = (n: number) => counted(n, 'task', 'tasks');

export const words = {
  ...stages,

  all: taskCount,
  failed: 'The tasks could not be listed.',
  emptyTitle: 'No tasks yet',
  emptyText:
    'Every asset that is imported becomes a task: somebody labels it, somebody reviews it, and it is complete.',
  emptyOwn: 'No task is assigned to you. “Start labeling” gives you the next one.',
  noneTitle: 'No task matches',
  noneText: 'No task of this project has all that the filters ask for.',
  noneWhole: 'An External ID is found here by the whole of it; in Assets, by how it starts.',
  clearFilters: 'Clear filters',
  goAssets: 'Go to Assets',

  find: 'Find by the whole External ID',
  filterExternalId: 'Whole External ID',

  columns: {
    select: 'Selected',
    picture: 'Picture',
    externalId: 'External ID',
    stage: 'Stage',
    assignee: 'Assignee',
    marks: 'Marks',
    priority: 'Priority',
    updated: 'Updated',
  },
  marks: { draft: 'Draft', skipped: 'Skipped', preLabeled: 'Pre-labeled', rejected: 'Rejected' },
  open: (name: string) => `Open ${name}`,
  select: (name: string) => `Select ${name}`,
  selectPage: 'Select all on this page',
  selected: (n: number) => `${count(n)} selected`,
  range: (from: number, to: number, total: number) => `${count(from)}–${count(to)} of ${count(total)}`,
  previousPage: 'Previous page',
  nextPage: 'Next page',
  pages: 'Pages',

  assign: 'Assign',
  assignTitle: (n: number) => `Assign ${taskCount(n)}`,
  assignTo: 'Assign to',
  assignHint: '“Nobody” takes the tasks from whoever has them.',
  chooseAssignee: 'Choose a person, or Nobody.',
  assigned: (n: number) => `${taskCount(n)} assigned.`,
  unassigned: (n: number) => `${taskCount(n)} unassigned.`,
  requeue: 'Requeue',
  requeueTitle: (n: number) => `Requeue ${taskCount(n)}`,
  requeueTo: 'To stage',
  removeAnnotations: 'Remove what was labeled',
  removeAnnotationsHint: 'The task starts empty. What its history holds stays.',
  removeAssignee: 'Remove the assignee',
  removeAssigneeHint: 'Anybody may take it next.',
  removeHistory: 'Remove the stage history',
  mustType: 'What is removed cannot be brought back.',
  requeued: (n: number, stage: Stage) => `${taskCount(n)} moved to ${stage}.`,
  prioritize: 'Priority',
  apply: 'Apply',
  prioritizeTitle: (n: number) => `Priority of ${taskCount(n)}`,
  priority: 'Priority',
  priorityHint: 'A whole number: higher comes first. 0 is usual.',
  priorityShape: 'Enter a whole number from −1000 to 1000.',
  prioritized: (n: number) => `${taskCount(n)} changed.`,
};

export const PRIORITY_LIMIT = 1000;
