// A whole picture as a local address: what the large view and the labeling page show.
import { describeError } from '$lib/api/errors';
import { fileName } from '$lib/format/address';
import { CannotShow, causeOfRefusal, kindWithoutPicture } from './cause';
import { fetchPicture } from './fetch';
import type { SignedUrls } from './signer';

export type Picture = { url: string; bytes: number };

/** Fetches the picture that lies at `address`, signed as `id`; rejects with `CannotShow`, the one cause. */
export async function fetchWhole(
  id: string,
  address: string,
  urls: SignedUrls,
  cache?: RequestCache,
): Promise<Picture> {
  const kind = kindWithoutPicture(fileName(address));
  if (kind) throw new CannotShow('notAnImage', kind);
  try {
    const blob = await fetchPicture(id, urls, new AbortController().signal, cache);
    return { url: URL.createObjectURL(blob), bytes: blob.size };
  } catch (error) {
    throw asCannotShow(error);
  }
}

/** What went wrong as a cause: where it is none of the bucket's, the hub did not sign, and what it said is the cause. */
export function asCannotShow(error: unknown): CannotShow {
  if (error instanceof CannotShow) return error;
  const { code, message } = describeError(error);
  return causeOfRefusal(code, message);
}
