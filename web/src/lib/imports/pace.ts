// How fast running jobs go, and when each will be done, from what is seen of all of them now and then.
import type { Job } from '$lib/api/types';
import { Rate } from './rate';

export type Pace = { perSecond: number; secondsLeft: number | null };

export class Paces {
  #rates = new Map<string, { unit: Job['unit']; done: Rate; share: Rate }>();

  /** Takes in how far they are at a moment. Those that are not there any more are forgotten. */
  see(jobs: Job[], atMs: number): Map<string, Pace> {
    const before = this.#rates;
    this.#rates = new Map();
    const paces = new Map<string, Pace>();
    for (const { _id, state, unit, done, share } of jobs) {
      if (state !== 'running') continue;
      const known = before.get(_id);
      // What is found first is not what is done with it then.
      const rates = known?.unit === unit ? known : { unit, done: new Rate(), share: new Rate() };
      rates.done.see(done, atMs);
      if (typeof share === 'number') rates.share.see(share, atMs);
      this.#rates.set(_id, rates);
      paces.set(_id, { perSecond: rates.done.perSecond, secondsLeft: rates.share.secondsLeft(1) });
    }
    return paces;
  }
}
