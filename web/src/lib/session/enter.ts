// The step from outside to inside: the session is remembered, an organization chosen, the wanted page opened.
import { goto } from '$app/navigation';
import type { QueryClient } from '@tanstack/svelte-query';
import type { Session } from '$lib/api/types';
import { organization } from './organization.svelte';
import { keys } from './queries';
import { chosen } from './session.svelte';

/** Least length of a password; the hub has the last word. */
export const PASSWORD_LEAST = 8;

export async function enter(queries: QueryClient, session: Session, to = '/') {
  queries.clear();
  organization.choose(chosen(session)?._id ?? null);
  queries.setQueryData(keys.session, session);
  await goto(to, { replaceState: true });
}

/** The page that somebody wanted before signing in; never another site. */
export function wantedPage(query: URLSearchParams): string {
  const next = query.get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
}
