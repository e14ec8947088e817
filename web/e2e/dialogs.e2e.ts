// The dialogs and menus that no other tour opens, in both themes and both sizes: accessible, inside the screen, and kept
// as pictures.
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor, type Theme } from './harness';
import { api, CAT, makeProject } from './labeling';
import { Looking, LOOKS } from './looking';

useBrowser();

/** Made by the first test that needs it. */
let made: Promise<string> | undefined;

it.each(LOOKS)('are accessible in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { visitor } = looking;
  const { page } = visitor;
  const project = await (made ??= makeProject('Dialogs', [CAT]));
  const closed = async () => {
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  };
  await visitor.signIn();
  const email = `waiting-${Date.now()}@insitu.test`;
  await api('POST', `/v2/organization/${ready.organizationId}/invites`, {
    to: [email],
    organizationRole: 'member',
  });
  await page.getByRole('button', { name: /^Switch organization/ }).click();
  await page.getByRole('menu').waitFor();
  await looking.at('menu-organizations');
  await page.getByRole('menuitem', { name: 'Create organization' }).click();
  await page.getByRole('dialog', { name: 'Create organization' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Enter a name.').waitFor();
  await looking.at('dialog-organization');
  await closed();

  await page.goto('/organization/api-keys');
  await page.getByRole('button', { name: 'Create API key' }).first().click();
  const name = `Key ${how.size} ${how.theme} ${Date.now()}`;
  await page.getByRole('dialog').getByLabel('What it is for').fill(name);
  await looking.at('dialog-api-key');
  await page.keyboard.press('Enter');
  await page.getByText('it is shown only once').waitFor();
  await looking.at('api-key-made');
  const row = page.getByRole('row', { name: new RegExp(name) });
  await row.getByRole('button', { name: 'Revoke' }).click();
  const dialog = page.getByRole('dialog', { name: `Revoke “${name}”?` });
  const revoke = dialog.getByRole('button', { name: 'Revoke' });
  await revoke.waitFor();
  expect(await revoke.isDisabled(), 'its name has to be typed').toBe(true);
  await looking.at('dialog-revoke');
  await dialog.getByLabel(/to confirm/).fill(name);
  await revoke.click();
  await expect.poll(() => row.count()).toBe(0);

  await page.goto('/organization/members');
  await page.getByRole('button', { name: `New link: ${email}` }).click();
  await page.getByRole('dialog', { name: 'Hand over the links' }).waitFor();
  await looking.at('dialog-renewed-link');
  await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: `Withdraw… ${email}` }).click();
  await page.getByRole('dialog', { name: /^Withdraw the invitation/ }).waitFor();
  await looking.at('dialog-withdraw');
  await closed();

  await page.goto(`/projects/${project}/batches`);
  await page.getByRole('button', { name: 'Create batch' }).first().click();
  await page.getByRole('dialog').waitFor();
  await looking.at('dialog-batch');
  await closed();

  await page.goto(`/projects/${project}/tasks`);
  await page.getByRole('checkbox', { name: `Select ${CAT}` }).check();
  const bar = page.getByRole('toolbar');
  for (const action of ['Assign', 'Priority']) {
    await bar.getByRole('button', { name: action }).click();
    await page.getByRole('dialog').waitFor();
    await looking.at(`dialog-task-${action.toLowerCase()}`);
    await closed();
  }
  await page.goto(`/projects/${project}/assets?view=table`);
  await page.getByRole('grid', { name: 'Assets' }).waitFor();
  await page.locator('[data-asset-index="0"]').focus();
  await page.keyboard.press('Space');
  await page.getByRole('toolbar').getByRole('button', { name: 'Priority' }).click();
  await page.getByRole('dialog').waitFor();
  await looking.at('dialog-asset-priority');
  await closed();
  await page.getByRole('toolbar').getByRole('button', { name: 'Batches' }).click();
  await page.getByRole('dialog').waitFor();
  await looking.at('dialog-asset-batches');
  await closed();
  await page.getByRole('button', { name: /jobs? running/ }).click();
  await page.getByText('Nothing is running.').waitFor();
  await looking.at('menu-jobs');
  await page.keyboard.press('Escape');

  const refusing = await makeProject('Refusing', []);
  const answer = api('POST', `/v2/project/${refusing}/cloud`, { assets: [{ data: 'nowhere' }] });
  await expect(answer).rejects.toThrow('import.all_rows_refused');
  await page.goto(`/projects/${refusing}/assets`);
  await page.getByRole('button', { name: 'Add Data' }).first().click();
  const recent = page.getByRole('dialog', { name: 'Add Data' }).getByRole('button', { name: /Failed/ });
  await recent.waitFor();
  await looking.at('dialog-add-data-recent');
  await recent.click();
  await page.getByText('The import failed.').waitFor();
  await looking.at('import-report');
  await looking.end();
});

const SHEETS = (id: string) => [
  '/',
  '/organization/members',
  '/organization/storages',
  '/organization/api-keys',
  '/organization/activity',
  ...['overview', 'batches', 'members', 'export', 'settings'].map((tab) => `/projects/${id}/${tab}`),
];

it.each<{ theme: Theme }>([{ theme: 'light' }, { theme: 'dark' }])(
  'and pages: all sheets are equally wide on a large screen, in $theme',
  async ({ theme }) => {
    const visitor = await Visitor.come(theme, { width: 3840, height: 2160 });
    const { page } = visitor;
    await visitor.signIn();
    const widths: Record<string, number> = {};
    for (const path of SHEETS(ready.projectId)) {
      await page.goto(path);
      await page.locator('.sheet').waitFor();
      await expect.poll(() => page.locator('.skeleton:visible').count()).toBe(0);
      await visitor.screenshot(`3840-${path.split('/').at(-1) || 'projects'}-${theme}`);
      expect(await visitor.overflows(), path).toBe(false);
      const inside = await page.locator('.sheet').evaluate((sheet) => {
        const { paddingLeft, paddingRight } = getComputedStyle(sheet);
        return Math.round(sheet.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
      });
      widths[path] = inside;
    }
    expect(new Set(Object.values(widths)), JSON.stringify(widths)).toEqual(new Set([1680]));
    for (const tab of ['assets', 'tasks']) {
      await page.goto(`/projects/${ready.projectId}/${tab}`);
      await visitor.picturesDone();
      await visitor.screenshot(`3840-${tab}-${theme}`);
    }
    await visitor.leave();
  },
);

it('is closed by Back on the first page of a visit, too, and only the next Back leaves it', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto('/organization/storages');
  const dialog = page.getByRole('dialog', { name: 'Add Storage' });
  await page.getByRole('button', { name: 'Add Storage' }).click();
  await dialog.getByLabel('Name').fill('Typed at the start');
  await visitor.backOverDialog();
  await visitor.gone('dialog');
  expect(new URL(page.url()).pathname).toBe('/organization/storages');
  await page.getByRole('button', { name: 'Add Storage' }).click();
  // Of a page that was loaded anew nothing would be left.
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Typed at the start');
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');
  await page.evaluate(() => history.back());
  await page.waitForURL((url) => url.pathname === '/');
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
  await visitor.leave();
});
