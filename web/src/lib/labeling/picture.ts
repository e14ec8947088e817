// The picture of a task: signed through the task, fetched straight from its bucket, decoded before it is wanted.
import { signTask, type Task } from '$lib/api/tasks';
import { describeError } from '$lib/api/errors';
import { fileName } from '$lib/format/address';
import { CannotShow, kindWithoutPicture } from '$lib/thumbnails/cause';
import { fetchPicture } from '$lib/thumbnails/fetch';
import { SignedUrls } from '$lib/thumbnails/signer';

export type LoadedPicture = {
  image: HTMLImageElement;
  /** As it is shown: turned as its camera noted. */
  width: number;
  height: number;
  close: () => void;
};

/** Addresses by task: who labels may open the assets of their tasks and no others. */
const urls = new SignedUrls((tasks) =>
  Promise.all(tasks.map(async (task) => ({ ...(await signTask(task)), _id: task }))),
);

/** Rejects with `CannotShow`, which names the one cause. */
export async function loadPicture(task: Task): Promise<LoadedPicture> {
  const kind = kindWithoutPicture(fileName(task.asset.data ?? task.asset.dataset?.[0] ?? ''));
  if (kind) throw new CannotShow('notAnImage', kind);
  const blob = await fetched(task._id);
  const url = URL.createObjectURL(blob);
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

async function fetched(task: string): Promise<Blob> {
  try {
    return await fetchPicture(task, urls, new AbortController().signal);
  } catch (error) {
    if (error instanceof CannotShow) throw error;
    // The hub itself did not sign: what it said is the cause.
    const { code, message } = describeError(error);
    throw new CannotShow('refused', code, message);
  }
}
