// Which storages can be worked through now, as choices.
import type { Storage } from '$lib/api/types';
import { words } from '$lib/words/organization';
import type { Option } from '$ui/Select.svelte';

/** Whether its role is trusted, or needs no trust: nothing is imported or signed through another. */
export function isUsable({ verification }: Pick<Storage, 'verification'>): boolean {
  return verification.state !== 'unverified' || Boolean(verification.overriddenAt);
}

/** All of them, as they are chosen from: those that are refused for now say so. */
export function storageOptions(storages: Storage[]): Option[] {
  return storages.map((storage) => ({
    value: storage._id,
    label: storage.name,
    detail: isUsable(storage)
      ? words.access[storage.accessType]
      : `${words.access[storage.accessType]} · ${words.notVerified}`,
  }));
}
