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
    await page.getByText(list.failed).waitFor();
    await page.getByText('store.unavailable').first().waitFor();
    await look('failed');
    await page.unroute(list.asks);
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await expect.poll(() => page.getByText(list.failed).count()).toBe(0);
  }
  expect(wrong).toEqual([]);
  await visitor.leave(/status of 503/);
});

/** What the browser itself notes while the network is away, and of files that are not there; and axe of styles. */
const AWAY = /ERR_INTERNET_DISCONNECTED|status of 404|Couldn't load preload assets/;

it.each(LOOKS)('of pages that cannot be fetched keep the frame, in $theme at $size px', async (how) => {
  const visitor = await Visitor.come(how.theme, how.viewport);
  const { page, context } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  await visitor.picturesDone();
  // What tells of it is fetched behind the first display.
  await page.locator('.toasts').waitFor({ state: 'attached' });
  await context.setOffline(true);
  await page.getByRole('link', { name: 'Batches' }).click();
  const alert = page.getByRole('alert').filter({ hasText: 'This page could not be opened.' });
  await alert.getByText('page.not_fetched').waitFor();
  expect(page.url()).toContain('/batches');
  await page
    .getByRole('banner')
    .getByRole('button', { name: /^Switch organization/ })
    .waitFor();
  await visitor.screenshot(`page-not-fetched-${how.size}-${how.theme}`);
  expect(await visitor.axe()).toEqual([]);
  expect(await visitor.overflows()).toBe(false);
  // Another page that is here already can be gone to meanwhile.
  await page.getByRole('link', { name: /^Assets/ }).click();
  await page.getByRole('grid', { name: 'Assets' }).waitFor();
  await page.getByRole('link', { name: 'Batches' }).click();
  await alert.waitFor();

  await context.setOffline(false);
  const head = page.getByRole('heading', { name: 'Batches', exact: true });
  await head.waitFor();
  await alert.waitFor({ state: 'detached' });
  // With the styles that could not be fetched when it was pointed at.
  expect(await head.locator('..').evaluate((element) => getComputedStyle(element).display)).toBe('flex');
  await visitor.leave(AWAY);
});

it('of dialogs that cannot be fetched are told, and the dialog opens once it can be', async () => {
  const visitor = await Visitor.come();
  const { page, context } = visitor;
  await visitor.signIn();
  await page.goto('/organization/storages');
  await page.getByRole('table').waitFor();
  await page.locator('.toasts').waitFor({ state: 'attached' });
  await context.setOffline(true);
  const add = page.getByRole('button', { name: 'Add Storage' });
  await add.click();
  const told = page.locator('.toast', {
    hasText: 'This part of the page could not be fetched from the hub.',
  });
  await told.waitFor();
  await visitor.screenshot('part-not-fetched');
  await add.click();
  expect(await told.count()).toBe(1);
  await context.setOffline(false);
  const dialog = page.getByRole('dialog', { name: 'Add Storage' });
  await dialog.waitFor();
  expect(await dialog.evaluate((element) => getComputedStyle(element).position)).toBe('fixed');
  await told.waitFor({ state: 'detached' });
  await visitor.leave(AWAY);
});

it('of dialogs whose styles come last hold the dialog back until they are there', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto('/organization/storages');
  await page.getByRole('table').waitFor();
  await page.locator('.toasts').waitFor({ state: 'attached' });
  const asked = new Map<string, number>();
  await page.route('**/*.css', (route) => {
    const url = route.request().url();
    const times = (asked.get(url) ?? 0) + 1;
    asked.set(url, times);
    return times > 2 ? route.continue() : route.abort('internetdisconnected');
  });
  const add = page.getByRole('button', { name: 'Add Storage' });
  await add.click();
  await page.locator('.toast', { hasText: 'could not be fetched' }).waitFor();
  await add.click();
  const dialog = page.getByRole('dialog', { name: 'Add Storage' });
  await dialog.waitFor();
  expect(Math.max(...asked.values())).toBe(3);
  expect(await dialog.evaluate((element) => getComputedStyle(element).position)).toBe('fixed');
  await visitor.leave(AWAY);
});

it('of a page that is older than its hub say so, and the next page is opened anew', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto('/organization/storages');
  await page.getByRole('table').waitFor();
  await page.locator('.toasts').waitFor({ state: 'attached' });
  await page.route('**/_app/version.json', (route) => route.fulfill({ json: { version: 'a newer one' } }));
  await page.route('**/_app/immutable/**', (route) => route.fulfill({ status: 404, body: '' }));
  await page.getByRole('button', { name: 'Add Storage' }).click();
  const told = page.locator('.toast', { hasText: 'The hub was upgraded since this page was opened' });
  await told.getByRole('button', { name: 'Reload' }).waitFor();
  const opened = page.waitForRequest((request) => request.isNavigationRequest());
  await page.getByRole('link', { name: 'API keys' }).click();
  expect(new URL((await opened).url()).pathname).toBe('/organization/api-keys');
  await visitor.leave(AWAY);
});

it('of lists that failed while the network was away come by themselves when it is back', async () => {
  const visitor = await Visitor.come();
  const { page, context } = visitor;
  await visitor.signIn();
  await page.goto(`/projects/${project}/tasks`);
  await page.getByRole('table').waitFor();
  await page.route('**/v2/batches/**', (route) => route.abort('internetdisconnected'));
  await page.getByRole('link', { name: 'Batches' }).click();
  await page.getByText('The batches could not be listed.').waitFor();
  await page.unroute('**/v2/batches/**');
  await context.setOffline(true);
  await context.setOffline(false);
  await page.getByText('The batches could not be listed.').waitFor({ state: 'detached' });
  await visitor.leave(AWAY);
});
