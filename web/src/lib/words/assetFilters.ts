// The words of the filters of the Assets tab that stand behind the first few, and of looking through many assets.
import type { Status } from '$lib/assets/question';
import { count } from '$lib/format/numbers';

export const words = {
  status: 'Status',
  statuses: {
    ToDo: 'To Do',
    InProgress: 'In Progress',
    Labeled: 'Labeled',
    Reviewed: 'Reviewed',
  } satisfies Record<Status, string>,
  review: 'Review',
  imported: 'Imported',
  completed: 'Completed',
  from: 'From',
  to: 'To',

  looking: (n: number) => `Looking for more: ${count(n)} assets looked at so far.`,
  paused: (n: number) => `${count(n)} assets looked at so far. There may be more that match.`,
  goOn: 'Go on looking',
};
