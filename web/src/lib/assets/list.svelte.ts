// The assets of a project as one growing list: page after page by the hub's cursor, never counted by offset.
import { createInfiniteQuery } from '@tanstack/svelte-query';
import { ASSETS_PER_PAGE, listAssets } from '$lib/api/assets';
import type { Asset } from '$lib/api/types';
import { keys } from '$lib/session/queries';
import { filtersOf, type Question } from './question';

type Page = {
  assets: Asset[];
  total: number;
  totalIsExact: boolean;
  lookedAt: number;
  nextCursor?: string | null;
};

export class AssetList {
  #query;
  items: Asset[];

  /** Asks once `mayAsk`: of a project that is not there, nothing is asked. */
  constructor(projectId: () => string, question: () => Question, mayAsk: () => boolean) {
    this.#query = createInfiniteQuery(() => ({
      enabled: mayAsk(),
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
      refetchOnReconnect: ({ state }) => !state.data,
    }));
    this.items = $derived(this.#query.data?.pages.flatMap((page) => page.assets) ?? []);
  }

  /** How many match, once that is known: what no count tells is known when all of it is loaded. */
  get total(): number | undefined {
    const pages = this.#query.data?.pages;
    if (!pages) return undefined;
    return pages[0]?.totalIsExact ? pages[0].total : this.hasMore ? undefined : this.items.length;
  }

  /** Whether the hub looked at as many assets as it may for one answer and did not fill a page: it goes on when asked. */
  get looking(): boolean {
    const last = this.#query.data?.pages.at(-1);
    return last !== undefined && this.hasMore && last.assets.length < ASSETS_PER_PAGE;
  }

  /** How many assets were looked at one by one so far. */
  get lookedAt(): number {
    return this.#query.data?.pages.reduce((sum, page) => sum + page.lookedAt, 0) ?? 0;
  }

  /** Answers so far. */
  get pages(): number {
    return this.#query.data?.pages.length ?? 0;
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
