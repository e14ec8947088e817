// What more than the Tasks tab says of tasks and their stages: the tabs of a project, filters, cells.
import type { ReviewStatus, Stage } from '$lib/api/tasks';

export const words = {
  title: 'Tasks',
  startLabeling: 'Start labeling',
  startReviewing: 'Start reviewing',
  export: 'Export',
  commands: { tasks: 'Tasks of this project', export: 'Exports of this project' },

  filterStage: 'Stage',
  filterAssignee: 'Assignee',
  filterBatch: 'Batch',
  nobody: 'Nobody',
  me: 'Me',
  noBatches: 'This project has no batches.',

  stages: { Label: 'Label', Review: 'Review', Complete: 'Complete' } satisfies Record<Stage, string>,
  /** What a circle that stands for a task says. */
  mark: (stage: Stage) => (stage === 'Complete' ? 'Task is complete' : `Task is in stage ${stage}`),
  reviewStatuses: {
    Todo: 'Not reviewed',
    Accepted: 'Accepted',
    Rejected: 'Rejected',
    Fixed: 'Fixed',
  } satisfies Record<ReviewStatus, string>,
};
