// Lists in the states that people rarely see: empty, on their way, failed. Each is told in words, accessible, inside the
// screen, and kept as a picture.
import { expect, it } from 'vitest';
import { PHONE, ready, useBrowser, Visitor, WIDE, type Theme } from './harness';

useBrowser();

type List = {
  name: string;
  path: string;
  /** What the hub is asked for it. */
  asks: string;
  nothing: object;
  empty: string;
  failed: string;
};

const project = ready.projectId;
const LISTS: List[] = [
  {
    name: 'projects',
    path: '/',
    asks: '**/v2/listProjects*',
    nothing: { projects: [], total: 0 },
    empty: 'No projects yet',
    failed: 'The projects could not be listed.',
  },
  {
    name: 'signed-urls',
    path: '/organization/activity?view=urls',
    asks: '**/urlRecords*',
    nothing: { records: [], next: null },
    empty: 'Nobody was handed a URL yet',
    failed: 'The record of signed URLs could not be read.',
  },
  {
    name: 'storages',
    path: '/organization/storages',
    asks: '**/v2/storages?*',
    nothing: { storages: [], total: 0 },
    empty: 'No storages yet',
    failed: 'The storages could not be listed.',
  },
  {
    name: 'api-keys',
    path: '/organization/api-keys',
    asks: '**/v2/apiKeys*',
    nothing: { apiKeys: [], total: 0 },
    empty: 'No API keys yet',
    failed: 'The API keys could not be listed.',
  },
  {
    name: 'batches',
    path: `/projects/${project}/batches`,
    asks: `**/v2/batches/${project}`,
    nothing: { batches: [], total: 0 },
    empty: 'No batches yet',
    failed: 'The batches could not be listed.',
  },
  {
    name: 'tasks',
    path: `/projects/${project}/tasks`,
    asks: `**/v2/project/${project}/tasks?*`,
    nothing: { tasks: [], total: 0 },
    empty: 'No tasks yet',
    failed: 'The tasks could not be listed.',
  },
  {
    name: 'exports',
    path: `/projects/${project}/export`,
    asks: `**/v2/project/${project}/exports*`,
    nothing: { exports: [], total: 0 },
    empty: 'No exports yet',
    failed: 'The exports could not be listed.',
  },
];

const LOOKS: { theme: Theme; size: string; viewport: typeof WIDE }[] = [
  { theme: 'light', size: '1280', viewport: WIDE },
  { theme: 'dark', size: '360', viewport: PHONE },
];

it.each(LOOKS)('are told in words, in $theme at $size px', async ({ theme, size, viewport }) => {
  const visitor = await Visitor.come(theme, viewport);
  const { page } = visitor;
  const wrong: string[] = [];
  await visitor.signIn();
  for (const list of LISTS) {
    const look = async (state: string) => {
      const name = `${list.name}-${state}-${size}-${theme}`;
      await visitor.screenshot(name);
      wrong.push(...(await visitor.axe()).map((found) => `${name}: ${found}`));
      if (await visitor.overflows()) wrong.push(`${name}: wider than the screen`);
    };
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.route(list.asks, async (route) => {
      await held;
      await route.fulfill({ json: { status: 'success', data: list.nothing } });
    });
    await page.goto(list.path);
    await page.locator('.skeleton:visible').first().waitFor();
    await look('loading');
    letGo();
    await page.getByRole('heading', { name: list.empty }).waitFor();
    await look('empty');

    await page.unroute(list.asks);
    await page.route(list.asks, (route) =>
      route.fulfill({
        status: 503,
        json: {
          status: 'error',
          code: 'store.unavailable',
          message: 'The database does not answer. Try again.',
        },
      }),
    );
    await page.reload();
    await page.getByText(list.failed).waitFor({ timeout: 20_000 });
    await page.getByText('store.unavailable').first().waitFor();
    await look('failed');
    await page.unroute(list.asks);
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await expect.poll(() => page.getByText(list.failed).count(), { timeout: 20_000 }).toBe(0);
  }
  expect(wrong).toEqual([]);
  await visitor.leave(/status of 503/);
});
