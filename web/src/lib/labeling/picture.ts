// The picture of a task: signed through the task, fetched straight from its bucket, decoded before it is wanted.
import { signTask, type Task } from '$lib/api/tasks';
import { CannotShow } from '$lib/thumbnails/cause';
import { SignedUrls } from '$lib/thumbnails/signer';
import { fetchWhole } from '$lib/thumbnails/whole';

export type LoadedPicture = {
  image: HTMLImageElement;
  /** As it is shown: turned as its camera noted. */
  width: number;
  height: number;
  close: () => void;
};

/** Addresses by task: who labels may open the assets of their tasks and no others. */
const urls = new SignedUrls((tasks, afterRefusal) =>
  Promise.all(tasks.map(async (task) => ({ ...(await signTask(task, afterRefusal)), _id: task }))),
);

/** Rejects with `CannotShow`, which names the one cause. */
export async function loadPicture(task: Task, cache?: RequestCache): Promise<LoadedPicture> {
  const { url } = await fetchWhole(task._id, task.asset.data ?? task.asset.dataset?.[0] ?? '', urls, cache);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    URL.revokeObjectURL(url);
    throw new CannotShow('undecodable', 'browser.undecodable');
  }
  const close = () => URL.revokeObjectURL(url);
  return { image, width: image.naturalWidth, height: image.naturalHeight, close };
}
