// The words of a project's Overview tab.
import { count, counted } from '$lib/format/numbers';

export const words = {
  title: 'Overview',
  failed: 'The overview could not be read.',
  progress: 'Progress',
  complete: (percent: string) => `${percent} complete`,
  of: (done: number, total: number) => `${count(done)} of ${counted(total, 'task', 'tasks')}`,
  stages: {
    Label: 'To label',
    Review: 'To review',
    Complete: 'Complete',
  },
  emptyTitle: 'No assets yet',
  emptyText: 'Import a list of addresses: every asset becomes a task, and its progress is shown here.',
  goAssets: 'Go to Assets',
  days: 'Last 14 days',
  daysNone: 'Nothing was labeled or reviewed in these days.',
  day: 'Day',
  labeled: 'Labeled',
  reviewed: 'Reviewed',
  onDay: (day: string, labeled: number, reviewed: number) =>
    `${day}: ${count(labeled)} labeled, ${count(reviewed)} reviewed`,
  people: 'Who did how many',
  peopleTable: 'People of the last 14 days',
  peopleNone: 'Nobody has labeled or reviewed in the last 14 days.',
  person: 'Person',
  time: 'Time',
  formerUser: 'A former user',
  running: 'Running',
  activity: 'Recent activity',
  activityFailed: 'The recent activity could not be read.',
  activityNone: 'Nothing is on record for this project yet.',
  activityAll: 'All activity of this project',
};
