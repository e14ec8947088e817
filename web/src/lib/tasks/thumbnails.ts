// The small pictures of tasks. Who may not see all assets has each signed through a task of their own.
import { signTask, type Task } from '$lib/api/tasks';
import type { SignedUrl } from '$lib/api/types';
import { Thumbnails } from '$lib/thumbnails/thumbnails';

export function taskThumbnails(projectId: string, tasks: () => Task[], seesAll: boolean): Thumbnails {
  if (seesAll) return new Thumbnails(projectId);
  return new Thumbnails(projectId, (assets) =>
    Promise.all(
      assets.map(async (asset): Promise<SignedUrl> => {
        const task = tasks().find((one) => one.asset._id === asset);
        return task ? { ...(await signTask(task._id)), _id: asset } : { _id: asset };
      }),
    ),
  );
}
