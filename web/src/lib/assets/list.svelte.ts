// The assets of a project as one growing list: page after page by the hub's cursor, never counted by offset.
import { createInfiniteQuery } from '@tanstack/svelte-query';
import { listAssets } from '$lib/api/assets';
import type { Asset } from '$lib/api/types';
import { keys } from '$lib/session/queries';
import { filtersOf, type Question } from './question';

type Page = { assets: Asset[]; total: number; nextCursor?: string | null };

export class AssetList {
  #query;
  items: Asset[];

  constructor(projectId: () => string, question: () => Question) {
    this.#query = createInfiniteQuery(() => ({
      queryKey: [...keys.assets(projectId()), question()],
      queryFn: ({ pageParam, signal }) => {
        const { sort } = question();
        return listAssets(projectId(), { cursor: pageParam, sort, filters: filtersOf(question()), signal });
      },
      initialPageParam: null as string | null,
      getNextPageParam: (last: Page) => last.nextCursor ?? null,
      // Comparing every page that was loaded with each new one would cost more the further one scrolls.
      structuralSharing: false,
      // Looking again at every page that was loaded costs too much for a mere change of windows.
      refetchOnWindowFocus: false,
    }));
    this.items = $derived(this.#query.data?.pages.flatMap((page) => page.assets) ?? []);
  }

  get total(): number | undefined {
    return this.#query.data?.pages[0]?.total;
  }

  get loading() {
    return this.#query.isPending;
  }

  /** Why nothing can be shown. */
  get error(): Error | null {
    return this.#query.data ? null : this.#query.error;
  }

  /** Why the list does not go on, while what was loaded stays. */
  get moreError(): Error | null {
    return this.#query.data ? this.#query.error : null;
  }

  get hasMore() {
    return this.#query.hasNextPage;
  }

  get loadingMore() {
    return this.#query.isFetchingNextPage;
  }

  /** Asks for the next page, unless it is on its way or failed and nobody asked again. */
  more() {
    if (this.#query.hasNextPage && !this.#query.isFetching && !this.#query.error) {
      void this.#query.fetchNextPage();
    }
  }

  retry() {
    if (this.#query.data) void this.#query.fetchNextPage();
    else void this.#query.refetch();
  }
}
