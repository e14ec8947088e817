// An import that goes on for as long as a test looks at it.
import type { Page } from 'playwright-core';

export type Job = { _id: string; name: string; state: string; rowsRead: number; rowsImported: number };

/**
 * Holds an import at its end, as far as a page is told: also where it takes less time than to look at it, it goes on, and
 * counts, until it is let go.
 */
export async function holdAtEnd(page: Page, name: string): Promise<() => void> {
  let isHeld = true;
  let rowsTold = 0;
  let known: Job | undefined;
  const hold = (job: Job | undefined) => {
    if (job?.name !== name) return;
    if (job.state === 'completed')
      Object.assign(job, { state: 'running', finishedAt: null, rowsRead: rowsTold + 1 });
    rowsTold = job.rowsRead;
    known = job;
  };
  await page.route(/\/v2\/(project\/[^/]+\/)?imports(\/[0-9a-f]{24})?(\?|$)/, async (route) => {
    if (!isHeld || route.request().method() !== 'GET') return route.continue();
    const response = await route.fetch();
    const body = (await response.json()) as { data: { import?: Job; imports?: Job[] } };
    for (const job of [body.data.import, ...(body.data.imports ?? [])]) hold(job);
    await route.fulfill({ response, json: body });
  });
  await page.route('**/v2/jobs', async (route) => {
    if (!isHeld) return route.continue();
    const response = await route.fetch();
    const body = (await response.json()) as { data: { jobs: { name: string | null }[] } };
    const { jobs } = body.data;
    if (known && !jobs.some((job) => job.name === name)) {
      jobs.push({
        ...known,
        kind: 'import',
        state: 'running',
        done: rowsTold,
        unit: 'rows',
        share: 0.9,
      } as Job);
    }
    await route.fulfill({ response, json: body });
  });
  return () => (isHeld = false);
}
