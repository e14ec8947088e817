// Whole pictures for the large view: the one that is shown, its neighbours ahead of time, a few remembered.
import { fetchPicture } from '$lib/thumbnails/fetch';
import { Lru } from '$lib/thumbnails/lru';
import type { SignedUrls } from '$lib/thumbnails/signer';

const REMEMBERED = 6;

export type Picture = { url: string; bytes: number };

export class Pictures {
  #urls: SignedUrls;
  #kept = new Lru<Promise<Picture>>(REMEMBERED, (kept) => {
    kept.then(({ url }) => URL.revokeObjectURL(url)).catch(() => {});
  });

  constructor(urls: SignedUrls) {
    this.#urls = urls;
  }

  /** The picture as a local address; rejects with `CannotShow`. */
  get(id: string): Promise<Picture> {
    const known = this.#kept.get(id);
    if (known) return known;
    const fresh = fetchPicture(id, this.#urls, new AbortController().signal).then((blob) => ({
      url: URL.createObjectURL(blob),
      bytes: blob.size,
    }));
    this.#kept.set(id, fresh);
    // What failed is asked for again the next time.
    fresh.catch(() => this.#kept.delete(id));
    return fresh;
  }

  /** Fetches ahead, quietly: whether it worked shows when it is wanted. */
  ahead(id: string | undefined) {
    if (id) this.get(id).catch(() => {});
  }

  close() {
    this.#kept.clear();
  }
}
