// Whole pictures for the large view: the one that is shown, its neighbours ahead of time, a few remembered.
import type { Asset } from '$lib/api/types';
import { Lru } from '$lib/thumbnails/lru';
import type { SignedUrls } from '$lib/thumbnails/signer';
import { fetchWhole, type Picture } from '$lib/thumbnails/whole';
import { addressOf } from './names';

const REMEMBERED = 6;

export class Pictures {
  #urls: SignedUrls;
  /** What is not taken from the browser's cache the next time. */
  #again = new Set<string>();
  #kept = new Lru<Promise<Picture>>(REMEMBERED, (kept) => {
    kept.then(({ url }) => URL.revokeObjectURL(url)).catch(() => {});
  });

  constructor(urls: SignedUrls) {
    this.#urls = urls;
  }

  /** The picture as a local address; rejects with `CannotShow`. */
  get(asset: Asset): Promise<Picture> {
    const known = this.#kept.get(asset._id);
    if (known) return known;
    const fresh = fetchWhole(
      asset._id,
      addressOf(asset),
      this.#urls,
      this.#again.delete(asset._id) ? 'reload' : undefined,
    );
    this.#kept.set(asset._id, fresh);
    // What failed is asked for again the next time.
    fresh.catch(() => this.#kept.delete(asset._id));
    return fresh;
  }

  /** Fetches ahead, quietly: whether it worked shows when it is wanted. */
  ahead(asset: Asset | undefined) {
    if (asset) this.get(asset).catch(() => {});
  }

  /** Fetches afresh the next time: what came before cannot be shown. */
  forget(asset: Asset) {
    this.#kept.delete(asset._id);
    this.#again.add(asset._id);
  }

  close() {
    this.#kept.clear();
  }
}
