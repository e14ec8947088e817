// The step from outside to inside: an organization is chosen, and the wanted page opened anew, because a page that nobody
// was signed in to may fetch from the hub alone.
import type { Session } from '$lib/api/types';
import { tellOtherTabs } from './elsewhere';
import { organization } from './organization.svelte';
import { chosen } from './session.svelte';

/** Least length of a password; the hub has the last word. */
export const PASSWORD_LEAST = 8;

export async function enter(session: Session, to = '/'): Promise<void> {
  organization.choose(chosen(session)?._id ?? null);
  tellOtherTabs();
  location.replace(to);
  // Until the browser has left, what asked stays as it is.
  await new Promise(() => {});
}

/** The page that somebody wanted before signing in; never another site. */
export function wantedPage(query: URLSearchParams): string {
  const next = query.get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}
