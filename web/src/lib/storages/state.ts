// How a storage stands, as a dot with a word: whether its role is trusted, then how its last test ended.
import type { Diagnosis, Storage } from '$lib/api/types';
import { m } from '$lib/messages';
import { causeOfDoctor } from '$lib/thumbnails/cause';
import { words } from '$lib/words/storages';
import type { DotState } from '$ui/StateDot.svelte';

export type Standing = {
  dot: DotState;
  label: string;
  /** Why, in a few words. */
  cause?: string | null;
  /** The same in whole sentences. */
  why?: string | null;
  at?: string | null;
};
type LastCheck = NonNullable<Storage['lastCheck']>;

const DOTS: Record<string, DotState> = {
  verified: 'good',
  pending: 'working',
  grandfathered: 'working',
  unverified: 'warning',
};

/** What a code of the doctor means, in words that fit beneath a state; nothing for a code without such words. */
export function shortCause(code: string | null | undefined): string | null {
  const why = causeOfDoctor(code);
  return (code && words.causes[code]) || (why ? m.picture.short[why] : null);
}

type Buckets = Pick<Diagnosis, 'bucketsTested' | 'bucketsFailed'>;

/** Whether something is wrong with some of the buckets that were tested, and the others can be used. */
export function isPartly({ bucketsTested, bucketsFailed }: Buckets): boolean {
  return bucketsFailed.length > 0 && bucketsFailed.length < bucketsTested;
}

/** How a test ended. */
export function outcomeOf(check: LastCheck): Standing {
  const { code, message, bucketsTested, bucketsFailed, checkedAt: at } = check;
  if (!code) return { dot: 'good', label: words.works, at };
  // It shows neither that the storage works nor that it fails.
  if (code === 'storage.nothing_to_read') return { dot: 'warning', label: words.unread, why: message, at };
  const cause = shortCause(code);
  if (!isPartly(check)) return { dot: 'failed', label: words.failing, cause, why: message, at };
  return {
    dot: 'warning',
    label: words.partlyFailed(bucketsFailed.length, bucketsTested),
    cause: [bucketsFailed.join(', '), cause].filter(Boolean).join(': '),
    why: message,
    at,
  };
}

/** What a message says of a test that failed: of some buckets, or, in the words of `unusable`, of the whole storage. */
export function troubleOf(
  diagnosis: Pick<Diagnosis, 'verdict' | 'cause'> & Buckets,
  unusable: (cause: string) => string,
): string | null {
  const { verdict, cause, bucketsTested, bucketsFailed } = diagnosis;
  if (verdict !== 'failed') return null;
  const message = cause?.message ?? '';
  if (!isPartly(diagnosis)) return unusable(message);
  return words.partlyUsable(bucketsFailed, bucketsTested, message);
}

/** The same of a role that does not let the hub in as it should. */
export function troubleOfRole(
  { verification: { state, code, message } }: Pick<Storage, 'verification'>,
  unusable: (cause: string) => string,
): string | null {
  return state === 'unverified' ? unusable(shortCause(code) ?? message ?? '') : null;
}

/** Whether its role may be used; nothing to say of a storage that has none. */
export function trustOf({ verification }: Pick<Storage, 'verification'>): Standing | null {
  const dot = DOTS[verification.state];
  if (!dot) return null;
  const isOverridden = verification.state === 'unverified' && Boolean(verification.overriddenAt);
  const label = isOverridden ? words.overridden : (words.verification[verification.state] ?? '');
  const isGood = dot === 'good';
  return {
    dot,
    label,
    cause: isGood ? null : shortCause(verification.code),
    why: isGood ? null : verification.message,
    at: verification.checkedAt,
  };
}

/** Whose servers answer: an endpoint of AWS's own, of a VPC say, is AWS all the same. */
export function providerOf({ endpoint }: Pick<Storage, 'endpoint'>): 'aws' | 'compatible' {
  const host = endpoint && URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  return !endpoint || /\.amazonaws\.com(\.cn)?$/.test(host) ? 'aws' : 'compatible';
}

/** Whether the last test blames a role that was seen to be as it should since then. */
function isOvertaken({ verification, lastCheck }: Pick<Storage, 'verification' | 'lastCheck'>): boolean {
  const { state, checkedAt } = verification;
  const cause = causeOfDoctor(lastCheck?.code);
  if (state !== 'verified' || (cause !== 'role' && cause !== 'openRole')) return false;
  return Boolean(lastCheck && checkedAt && checkedAt > lastCheck.checkedAt);
}

/** The one thing to know of a storage: what is in the way of using it, or when it was last seen to work. */
export function standingOf(
  storage: Pick<Storage, 'verification' | 'lastCheck' | 'createdAt' | 'updatedAt'>,
): Standing {
  const trust = trustOf(storage);
  if (trust && trust.dot !== 'good') return trust;
  const { verification, lastCheck } = storage;
  if (isOvertaken(storage))
    return { dot: 'idle', label: words.roleVerifiedSince, at: verification.checkedAt };
  if (lastCheck) return outcomeOf(lastCheck);
  const isChanged = storage.updatedAt > storage.createdAt;
  return trust ?? { dot: 'idle', label: isChanged ? words.notTestedSince : words.neverTested };
}

/** The buckets that a storage is known to lead to, those that answered first. */
export function bucketsKnown(storage: Pick<Storage, 'buckets' | 'bucketsSeen' | 'bucketsMissing'>): string[] {
  const named = storage.buckets.filter((name) => !storage.bucketsMissing.includes(name));
  return [...new Set([...storage.bucketsSeen, ...named])];
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
