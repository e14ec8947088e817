// The storages of the organization as the Assets tab needs them: to filter by, and to name where an asset lies.
import { createQuery } from '@tanstack/svelte-query';
import { listStorages } from '$lib/api/projects';
import type { Storage } from '$lib/api/types';
import { m } from '$lib/messages';
import { keys } from '$lib/session/queries';
import { isOwnFile } from './names';

export class KnownStorages {
  #query;
  list: Storage[];

  /** Those who manage a project may list them. */
  constructor(mayAsk: () => boolean) {
    this.#query = createQuery(() => ({
      queryKey: keys.storages(),
      queryFn: listStorages,
      enabled: mayAsk(),
    }));
    this.list = $derived(this.#query.data ?? []);
  }

  nameOf(id: string | null | undefined, address = ''): string {
    if (!id) return isOwnFile(address) ? m.assets.ownStorage : m.assets.publicStorage;
    const known = this.list.find(({ _id }) => _id === id);
    // Who may not list storages still sees that there is one.
    return known?.name ?? (this.#query.isLoading ? '' : m.assets.privateStorage);
  }
}
