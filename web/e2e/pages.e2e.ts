// Every page and dialog in both themes and both sizes: accessible, inside the screen, and kept as a picture to look at.
import { expect, it } from 'vitest';
import { PHONE, ready, useBrowser, Visitor, WIDE, type Theme } from './harness';

useBrowser();

const looks: { theme: Theme; size: string; viewport: typeof WIDE }[] = [
  { theme: 'light', size: '1280', viewport: WIDE },
  { theme: 'dark', size: '1280', viewport: WIDE },
  { theme: 'light', size: '360', viewport: PHONE },
  { theme: 'dark', size: '360', viewport: PHONE },
];

it.each(looks)('are accessible in $theme at $size px', async ({ theme, size, viewport }) => {
  const visitor = await Visitor.come(theme, viewport);
  const { page } = visitor;
  const wrong: string[] = [];
  async function look(name: string) {
    await visitor.screenshot(`${name}-${size}-${theme}`);
    wrong.push(...(await visitor.axe()).map((found) => `${name}: ${found}`));
    if (await visitor.overflows()) wrong.push(`${name}: wider than the screen`);
  }

  await page.goto('/sign-in');
  await page.getByLabel('E-mail').waitFor();
  await look('sign-in');
  await visitor.signIn();
  await page.getByRole('table').waitFor();
  await look('projects');
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('dialog').waitFor();
  await look('projects-create');
  await page.keyboard.press('Escape');

  await visitor.openAssets();
  await visitor.picturesDone();
  await look('assets-grid');
  await page.locator('[data-asset-index="1"]').focus();
  await page.keyboard.press('Space');
  await page.getByRole('toolbar').waitFor();
  await look('assets-selected');
  await page.keyboard.press('Delete');
  await page.getByRole('dialog').waitFor();
  await look('assets-delete');
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');
  await page.keyboard.press('Escape');
  await visitor.gone('toolbar');
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('button', { name: 'State', exact: true }).click();
  await page.getByRole('menu').waitFor();
  await look('assets-filter');
  await page.keyboard.press('Escape');
  await visitor.gone('menu');
  await page.keyboard.press('a');
  await page.getByRole('dialog').waitFor();
  await look('add-data');
  await page.getByRole('dialog').getByLabel('Storage Method').click();
  await page.getByRole('listbox').waitFor();
  await look('add-data-storage-method');
  await page.keyboard.press('Escape');
  await visitor.gone('listbox');
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await look('shortcuts');
  await page.keyboard.press('Escape');
  await page.locator('[data-asset-index="0"]').click();
  await page.locator('[data-picture="shown"]').waitFor();
  await look('large-view');
  await page.keyboard.press('i');
  await look('large-view-other-panel');
  await page.keyboard.press('Escape');
  await visitor.openAssets(ready.projectId, '?view=table');
  await visitor.picturesDone();
  await look('assets-table');

  for (const tab of ['members', 'storages']) {
    await page.goto(`/organization/${tab}`);
    await page.getByRole('table').first().waitFor();
    await look(`organization-${tab}`);
  }
  await page.goto('/organization/api-keys');
  await page.getByRole('button', { name: 'Create API key' }).waitFor();
  await look('organization-api-keys');
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menu').waitFor();
  await look('account-menu');
  await page.keyboard.press('Escape');
  await page.goto('/no-such-page');
  await page.getByRole('heading', { name: 'Page not found' }).waitFor();
  await look('not-found');

  expect(wrong).toEqual([]);
  // The browser itself notes that there is no such page.
  await visitor.leave(/\/no-such-page/);
});

it.each(looks)(
  'say that they load, and that they failed, in $theme at $size px',
  async ({ theme, size, viewport }) => {
    const visitor = await Visitor.come(theme, viewport);
    const { page } = visitor;
    await visitor.signIn();

    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.route('**/v2/project/*/assets?*', async (route) => {
      await held;
      await route.fulfill({
        status: 500,
        json: {
          status: 'error',
          code: 'store.unavailable',
          message: 'The hub could not read its database. Try again.',
        },
      });
    });
    await page.goto(`/projects/${ready.projectId}/assets`);
    await page.locator('[aria-busy="true"] .skeleton').first().waitFor();
    await visitor.screenshot(`assets-loading-${size}-${theme}`);
    letGo();
    await page.getByText('The assets could not be listed.').waitFor();
    await page.getByText('store.unavailable').waitFor();
    await visitor.screenshot(`assets-failed-${size}-${theme}`);
    expect(await visitor.axe()).toEqual([]);
    await page.unroute('**/v2/project/*/assets?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('grid', { name: 'Assets' }).waitFor();

    await page.route('**/v2/listProjects*', (route) => route.abort());
    await page.goto('/');
    await page.getByText('The projects could not be listed.').waitFor();
    await visitor.screenshot(`projects-failed-${size}-${theme}`);
    expect(await visitor.axe()).toEqual([]);
    await visitor.leave(/status of 500|ERR_FAILED/);
  },
);
