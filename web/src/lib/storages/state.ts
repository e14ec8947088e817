// How a storage stands, as a dot with a word: whether its role is trusted, then how its last test ended.
import type { Storage } from '$lib/api/types';
import { words } from '$lib/words/storages';
import type { DotState } from '$ui/StateDot.svelte';

export type Standing = { dot: DotState; label: string; why?: string | null; at?: string | null };

const DOTS: Record<string, DotState> = {
  verified: 'good',
  pending: 'working',
  grandfathered: 'working',
  unverified: 'warning',
};

/** Whether its role may be used; nothing to say of a storage that has none. */
export function trustOf({ verification }: Pick<Storage, 'verification'>): Standing | null {
  const dot = DOTS[verification.state];
  if (!dot) return null;
  const isOverridden = verification.state === 'unverified' && Boolean(verification.overriddenAt);
  const label = isOverridden ? words.overridden : (words.verification[verification.state] ?? '');
  return { dot, label, why: dot === 'good' ? null : verification.message, at: verification.checkedAt };
}

/** Whose servers answer: an endpoint of AWS's own, of a VPC say, is AWS all the same. */
export function providerOf({ endpoint }: Pick<Storage, 'endpoint'>): 'aws' | 'compatible' {
  const host = endpoint && URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  return !endpoint || /\.amazonaws\.com(\.cn)?$/.test(host) ? 'aws' : 'compatible';
}

/** When it was last tried, its role or the whole way. */
export function triedAt({
  verification,
  lastCheck,
}: Pick<Storage, 'verification' | 'lastCheck'>): string | null {
  const times = [verification.checkedAt, lastCheck?.checkedAt].filter((at) => typeof at === 'string');
  return times.sort().at(-1) ?? null;
}

/** The one thing to know of a storage: what is in the way of using it, or when it was last seen to work. */
export function standingOf(storage: Pick<Storage, 'verification' | 'lastCheck'>): Standing {
  const trust = trustOf(storage);
  const check = storage.lastCheck;
  if (trust && trust.dot !== 'good') return trust;
  if (check?.code) return { dot: 'failed', label: words.failing, why: check.message, at: check.checkedAt };
  if (check) return { dot: 'good', label: words.works, at: check.checkedAt };
  return trust ?? { dot: 'idle', label: words.neverTested };
}

/** The buckets of a storage by what is known of each: those that answered, and of those that lists name the others. */
export function bucketsOf({
  buckets,
  bucketsSeen,
  bucketsMissing,
}: Pick<Storage, 'buckets' | 'bucketsSeen' | 'bucketsMissing'>) {
  const unseen = buckets.filter((name) => !bucketsSeen.includes(name));
  return {
    seen: bucketsSeen.join(', '),
    named: unseen.filter((name) => !bucketsMissing.includes(name)).join(', '),
    missing: unseen.filter((name) => bucketsMissing.includes(name)).join(', '),
  };
}
