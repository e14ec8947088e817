// The pages of a long list by number.

type Shown = { page: number; perPage: number; rows: number; total: number };

/** From behind the last page, which would say that nothing exists, the page to go to; undefined anywhere else. */
export function pageInstead({ page, perPage, rows, total }: Shown): number | undefined {
  if (rows > 0 || total === 0 || page <= 1) return undefined;
  // Always to the front, whatever the hub counts.
  return Math.min(page - 1, Math.ceil(total / perPage));
}
