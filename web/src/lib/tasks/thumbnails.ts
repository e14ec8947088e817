// The small pictures of tasks. Who may not see all assets has each signed through a task of their own.
import { signTask, type Task } from '$lib/api/tasks';
import { whyTask } from '$lib/api/why';
import type { SignedUrl } from '$lib/api/types';
import { Thumbnails } from '$lib/thumbnails/thumbnails';

export function taskThumbnails(projectId: string, tasks: () => Task[], seesAll: boolean): Thumbnails {
  if (seesAll) return new Thumbnails(projectId);
  const taskOf = (asset: string) => tasks().find((one) => one.asset._id === asset);
  return new Thumbnails(
    projectId,
    (assets, afterRefusal) =>
      Promise.all(
        assets.map(async (asset): Promise<SignedUrl> => {
          const task = taskOf(asset);
          return task ? { ...(await signTask(task._id, afterRefusal)), _id: asset } : { _id: asset };
        }),
      ),
    async () => {
      const { Verdicts } = await import('$lib/thumbnails/verdict');
      return new Verdicts((asset, signal) => whyTask(taskOf(asset._id)?._id ?? '', signal));
    },
  );
}
