// The thumbnails of a project: signed in batches, fetched a few at a time, made small in a worker, remembered.
import { signAssets } from '$lib/api/assets';
import type { Asset } from '$lib/api/types';
import { fileName } from '$lib/format/address';
import { CannotShow, kindWithoutPicture, type Cause } from './cause';
import { fetchPicture } from './fetch';
import { Lru } from './lru';
import { Queue } from './queue';
import { shrinker } from './shrink';
import { SignedUrls, type Sign } from './signer';
import type { Verdicts } from './verdict';
import { asCannotShow } from './whole';

/** Sharp in the largest cell (240 px) on a screen of double density. */
const EDGE_PX = 480;
const FETCHED_AT_ONCE = 8;
const REMEMBERED = 2_000;

/** A cell that is only passed by asks for nothing: no address is signed, and so recorded, for what nobody sees. */
const PASSED_BY_MS = 60;

/** Causes that scrolling back will not have changed; the others are tried again. */
const LASTING = new Set<Cause>(['denied', 'missing', 'noBucket', 'archived', 'undecodable', 'notAnImage']);

/** What has to be known of an asset to show it in small; a task's asset says no more of itself. */
export type Pictured = Pick<Asset, '_id' | 'data' | 'dataset' | 'storage'>;

export type Thumbnail = { url: string; width: number; height: number };
type Kept = Thumbnail | CannotShow;

export class Thumbnails {
  readonly urls: SignedUrls;
  #queue = new Queue(FETCHED_AT_ONCE);
  #kept = new Lru<Kept>(REMEMBERED, (kept) => 'url' in kept && URL.revokeObjectURL(kept.url));

  #waiting = new Set<(which: string) => void>();
  /** How often a cause was mended. */
  #mends = 0;
  #verdicts: Promise<Verdicts> | undefined;
  #makeVerdicts: () => Promise<Verdicts>;

  constructor(
    projectId: string,
    sign: Sign = (ids, afterRefusal) => signAssets(projectId, ids, afterRefusal),
    // The hub is asked only once something cannot be shown, so that part of the page waits until then.
    verdicts = () => import('./verdict').then(({ inProject }) => inProject(projectId)),
  ) {
    this.urls = new SignedUrls(sign);
    this.#makeVerdicts = verdicts;
  }

  /** What is known already, without waiting. */
  peek(id: string): Kept | undefined {
    return this.#kept.get(id);
  }

  /** The thumbnail of an asset, or the cause why there is none; rejects only when given up. */
  async get(asset: Pictured, signal: AbortSignal): Promise<Kept> {
    const known = this.#kept.get(asset._id);
    if (known) return known;
    const mends = this.#mends;
    const kept = await this.#make(asset, signal);
    // What kept it away may have been met before it was mended.
    if (mends !== this.#mends && !('url' in kept) && !signal.aborted) return this.get(asset, signal);
    if ('url' in kept || LASTING.has(kept.why)) this.#kept.set(asset._id, kept);
    return kept;
  }

  /** Forgets why a picture could not be shown, so that it is tried again. */
  forget(id: string) {
    this.#kept.delete(id);
    this.#tell(id);
  }

  /** A cause was mended: whatever could not be shown because of it is tried again. */
  mended(why: Cause) {
    this.#kept.deleteWhere((kept) => kept instanceof CannotShow && kept.why === why);
    this.#verdicts = undefined;
    this.#mends += 1;
    this.#tell(why);
  }

  /** Tells when pictures are to be tried again: one by its id, or all that have a cause. */
  whenForgotten(tell: (which: string) => void): () => void {
    this.#waiting.add(tell);
    return () => this.#waiting.delete(tell);
  }

  #tell(which: string) {
    for (const tell of [...this.#waiting]) tell(which);
  }

  async #make(asset: Pictured, signal: AbortSignal): Promise<Kept> {
    const kind = kindWithoutPicture(fileName(asset.data ?? asset.dataset?.[0] ?? ''));
    if (kind) return new CannotShow('notAnImage', kind);
    try {
      await settled(signal);
      // All cells that came into sight together are signed together, before their turn to be fetched comes.
      await this.urls.get(asset._id);
      const shrunk = await this.#queue.run(async () => {
        const picture = await fetchPicture(asset._id, this.urls, signal);
        signal.throwIfAborted();
        return shrinker.shrink(picture, EDGE_PX);
      }, signal);
      return { url: URL.createObjectURL(shrunk.small), width: shrunk.width, height: shrunk.height };
    } catch (error) {
      if (signal.aborted) throw error;
      const failure = asCannotShow(error);
      const verdicts = await this.#askable();
      return verdicts ? verdicts.of(asset, failure, signal) : failure;
    }
  }

  /** Whoever asks the hub; nobody while that part of the page cannot be loaded, which the next picture tries again. */
  async #askable(): Promise<Verdicts | null> {
    const asked = (this.#verdicts ??= this.#makeVerdicts());
    try {
      return await asked;
    } catch {
      if (this.#verdicts === asked) this.#verdicts = undefined;
      return null;
    }
  }
}

function settled(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const timer = setTimeout(resolve, PASSED_BY_MS);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
