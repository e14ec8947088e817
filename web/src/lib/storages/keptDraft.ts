// A storage that is being added, kept by the tab until it is added or given up: its external ID may stand in a role at AWS
// already when the page is reloaded, and no other ID would do.
import { organization } from '$lib/session/organization.svelte';
import type { AccessType } from '$lib/api/storages';
import { Draft, type Kept } from './draft.svelte';

const keyOf = (user: string) => `insitu.storage-draft.${user}.${organization.id}`;

export function keepDraft(user: string, draft: Draft) {
  sessionStorage.setItem(keyOf(user), JSON.stringify(draft.kept));
}

export function forgetDraft(user: string) {
  sessionStorage.removeItem(keyOf(user));
}

/** The one that was begun, or a fresh one; of one in which nothing was typed, the external ID alone. */
export function beginDraft(user: string, accessType: AccessType): Draft {
  const text = sessionStorage.getItem(keyOf(user));
  if (!text) return new Draft(accessType);
  const earlier = Draft.again(JSON.parse(text) as Kept);
  if (earlier.isFilled) return earlier;
  const fresh = new Draft(accessType);
  fresh.externalId = earlier.externalId;
  return fresh;
}
