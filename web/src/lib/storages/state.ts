// Whether a storage may be used, as a dot with a word: only roles have to be trusted first.
import type { Storage } from '$lib/api/types';
import { words } from '$lib/words/storages';
import type { DotState } from '$ui/StateDot.svelte';

const DOTS: Record<string, DotState> = {
  verified: 'good',
  pending: 'working',
  grandfathered: 'working',
  unverified: 'warning',
};

export function trustOf({ verification }: Storage): { dot: DotState; label: string } | null {
  const dot = DOTS[verification.state];
  if (!dot) return null;
  const isOverridden = verification.state === 'unverified' && Boolean(verification.overriddenAt);
  return { dot, label: isOverridden ? words.overridden : (words.verification[verification.state] ?? '') };
}
