// The one cause why a picture cannot be shown, as the hub finds it: a browser is not told enough to know it itself.
import { whyAsset } from '$lib/api/why';
import type { Diagnosis } from '$lib/api/types';
import { shownAddress } from '$lib/format/address';
import { CannotShow, causeOfDoctor, isOfHub, type Cause } from './cause';
import { Queue } from './queue';
import type { Pictured } from './thumbnails';

/** What the browser saw as well as the hub could, or what is the browser's alone. */
const SEEN = new Set<Cause>(['notAnImage', 'offline', 'undecodable', 'noBucket', 'archived', 'busy']);

/** Causes that are a bucket's or a storage's: what one picture was asked about holds for the others there. */
const OF_ALL = new Set<Cause>([
  'cors',
  'mixed',
  'noBucket',
  'wrongRegion',
  'clock',
  'keys',
  'role',
  'openRole',
]);

/** How long that is believed. */
const BELIEVED_MS = 10_000;

/** Questions under way: each goes the whole way to a picture. */
const ASKED_AT_ONCE = 3;

type Ask = (asset: Pictured, signal: AbortSignal) => Promise<Diagnosis>;
type First = { atMs: number; verdict: Promise<CannotShow> };

export class Verdicts {
  #ask: Ask;
  #nowMs: () => number;
  #queue = new Queue(ASKED_AT_ONCE);
  #firsts = new Map<string, First>();

  constructor(ask: Ask, nowMs: () => number = Date.now) {
    this.#ask = ask;
    this.#nowMs = nowMs;
  }

  /** The hub's word on what the browser met; the browser's own where the hub has none. */
  async of(asset: Pictured, failure: CannotShow, signal: AbortSignal): Promise<CannotShow> {
    if (isSeen(failure)) return failure;
    const { bucket } = shownAddress(asset.data ?? asset.dataset?.[0] ?? '');
    const place = `${failure.why} ${asset.storage ?? ''} ${bucket}`;
    const first = this.#firsts.get(place);
    if (first && this.#nowMs() - first.atMs < BELIEVED_MS) {
      const verdict = await first.verdict;
      if (OF_ALL.has(verdict.why)) return verdict;
      return this.#asked(asset, failure, signal);
    }
    // Others wait for the first, so it goes on when its own cell is scrolled away.
    const verdict = this.#asked(asset, failure, new AbortController().signal);
    this.#firsts.set(place, { atMs: this.#nowMs(), verdict });
    return verdict;
  }

  #asked(asset: Pictured, failure: CannotShow, signal: AbortSignal): Promise<CannotShow> {
    return this.#queue.run(async () => {
      try {
        return verdictOf(await this.#ask(asset, signal), failure);
      } catch (error) {
        if (signal.aborted) throw error;
        return failure;
      }
    }, signal);
  }
}

/** Of the assets of a project. */
export const inProject = (projectId: string) =>
  new Verdicts((asset, signal) => whyAsset(projectId, asset._id, signal));

/** What a diagnosis makes of what the browser met. */
export function verdictOf({ cause }: Diagnosis, failure: CannotShow): CannotShow {
  const why = causeOfDoctor(cause?.code);
  return cause?.code && why ? new CannotShow(why, cause.code, cause.message) : failure;
}

/** Whether the cause is known for certain without asking the hub. */
export function isSeen(failure: CannotShow): boolean {
  const { why, code } = failure;
  return SEEN.has(why) || isOfHub(failure) || code === 'NoSuchKey' || code === 'NoSuchVersion';
}
