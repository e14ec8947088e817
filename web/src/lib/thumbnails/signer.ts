// Signed addresses by asset, asked for in batches and kept until shortly before they expire.
import { IDS_AT_ONCE } from '$lib/api/assets';
import type { SignedUrl } from '$lib/api/types';
import { causeOfRefusal } from './cause';
import { Lru } from './lru';

/** An address that would expire while a picture loads is renewed first. */
const RENEW_BEFORE_MS = 30_000;
/** An address with its session token is about 1 KB. */
const KEPT_MOST = 5_000;
/** Long enough to gather a screenful of cells, too short to be felt. */
const GATHER_MS = 12;

/** Signs these; `afterRefusal` where a bucket refused what was signed for one of them before. */
export type Sign = (ids: string[], afterRefusal: boolean) => Promise<SignedUrl[]>;

type Waiting = { resolve: (url: string) => void; reject: (error: unknown) => void };
type Kept = { url: string; expiresMs: number };

export class SignedUrls {
  #sign: Sign;
  #nowMs: () => number;
  #kept = new Lru<Kept>(KEPT_MOST, () => {});
  #waiting = new Map<string, Waiting[]>();
  #refused = new Set<string>();

  constructor(sign: Sign, nowMs: () => number = Date.now) {
    this.#sign = sign;
    this.#nowMs = nowMs;
  }

  /** The signed address of an asset; `afresh` after the bucket refused the one that is kept. */
  get(id: string, afresh = false): Promise<string> {
    if (afresh) {
      this.#kept.delete(id);
      this.#refused.add(id);
    }
    const kept = this.#kept.get(id);
    if (kept && kept.expiresMs - this.#nowMs() > RENEW_BEFORE_MS) return Promise.resolve(kept.url);
    return new Promise((resolve, reject) => {
      const others = this.#waiting.get(id);
      if (others) others.push({ resolve, reject });
      else this.#waiting.set(id, [{ resolve, reject }]);
      if (this.#waiting.size === 1 && !others) setTimeout(() => this.#flush(), GATHER_MS);
    });
  }

  #flush() {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (let from = 0; from < all.length; from += IDS_AT_ONCE) {
      void this.#ask(new Map(all.slice(from, from + IDS_AT_ONCE)));
    }
  }

  async #ask(batch: Map<string, Waiting[]>) {
    try {
      const ids = [...batch.keys()];
      // Every id leaves the set, also behind the first that was in it.
      const afterRefusal = ids.filter((id) => this.#refused.delete(id)).length > 0;
      for (const signed of await this.#sign(ids, afterRefusal)) {
        const waiting = batch.get(signed._id) ?? [];
        batch.delete(signed._id);
        if (signed.url) {
          const expiresMs = signed.expiresAt ? new Date(signed.expiresAt).getTime() : Infinity;
          this.#kept.set(signed._id, { url: signed.url, expiresMs });
          for (const { resolve } of waiting) resolve(signed.url);
        } else {
          const refusal = causeOfRefusal(signed.code ?? 'sign.refused', signed.message ?? '');
          for (const { reject } of waiting) reject(refusal);
        }
      }
      const silent = causeOfRefusal('sign.unanswered');
      for (const waiting of batch.values()) for (const { reject } of waiting) reject(silent);
    } catch (error) {
      for (const waiting of batch.values()) for (const { reject } of waiting) reject(error);
    }
  }
}
