// The pages before anybody is signed in, and states that no other tour shows: in both themes and both sizes accessible,
// inside the screen, and kept as pictures.
import { expect, it } from 'vitest';
import { ready, useBrowser } from './harness';
import { api, CAT, makeProject } from './labeling';
import { failing, Looking, LOOKS } from './looking';

useBrowser();

it.each(LOOKS)('the doors, in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { visitor } = looking;
  const { page } = visitor;
  await page.goto('/sign-in');
  await page.route('**/v2/session', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({
          status: 401,
          json: {
            status: 'error',
            code: 'session.wrong_credentials',
            message: 'E-mail or password is wrong. Check both; an administrator can send a new invitation.',
          },
        })
      : route.continue(),
  );
  await page.getByLabel('E-mail').fill(ready.email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('session.wrong_credentials').waitFor();
  await looking.at('door-refused');
  await page.unroute('**/v2/session');
  await page.goto('/sign-in#token=not-a-token');
  await page.getByText('This sign-in link could not be used.').waitFor();
  await looking.at('door-link-refused');

  const email = `door-${how.size}-${how.theme}-${Date.now()}@insitu.test`;
  const made = await api<{ invites: { link: string }[] }>(
    'POST',
    `/v2/organization/${ready.organizationId}/invites`,
    { to: [email], organizationRole: 'member' },
  );
  await page.goto(made.invites[0]?.link ?? '');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('Enter your name.').waitFor();
  await looking.at('door-invitation');
  await page.goto('/invitation/no-such-invitation');
  await page.getByRole('heading', { name: 'This invitation could not be opened.' }).waitFor();
  await looking.at('door-invitation-refused');

  await page.route('**/v2/setup', (route) =>
    route.fulfill({ json: { status: 'success', data: { required: true } } }),
  );
  await page.goto('/sign-in');
  await page.getByRole('heading', { name: 'Set up this hub' }).waitFor();
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByText('Use at least').waitFor();
  await looking.at('door-setup');
  await looking.end(/40[0-9]|410/);
});

it.each(LOOKS)('settings, batches and imports, in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { visitor } = looking;
  const { page } = visitor;
  await visitor.signIn();
  const project = await makeProject('States', [CAT]);
  const letGo = await failing(visitor, `**/v2/project/${project}`);
  await page.goto(`/projects/${project}/settings`);
  await page.locator('.skeleton:visible').first().waitFor();
  await looking.at('settings-loading');
  letGo();
  await page.getByText('store.unavailable').first().waitFor({ timeout: 20_000 });
  await looking.at('settings-unreadable');
  await page.unroute(`**/v2/project/${project}`);

  await page.goto(`/projects/${project}/batches`);
  await page.getByRole('button', { name: 'Create batch' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Monday');
  await looking.at('dialog-batch');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Actions for Monday' }).click();
  await page.getByRole('menu').waitFor();
  await looking.at('menu-batch');
  await page.keyboard.press('Escape');

  await page.goto(`/projects/${project}/assets`);
  await page.locator('[data-asset-index="0"]').focus();
  await page.keyboard.press('Space');
  await page.getByRole('toolbar').getByRole('button', { name: 'Batches' }).click();
  await page.getByRole('dialog').getByLabel('Put into').waitFor();
  await looking.at('dialog-asset-batches');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  const rows = [{ data: 'https://example.invalid/a.jpg' }, { data: 'nowhere' }];
  await api('POST', `/v2/project/${project}/cloud`, { assets: rows });
  await page.goto(`/projects/${project}/batches`);
  await page.goto(`/projects/${project}/assets?state=deleted`);
  await page.getByRole('button', { name: 'Add Data' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog
    .getByRole('button', { name: /Completed/ })
    .first()
    .click();
  await dialog.getByText('1 row imported').waitFor();
  await dialog.getByText('1 row refused').waitFor();
  await expect.poll(() => page.locator('.skeleton:visible').count()).toBe(0);
  await looking.at('import-report-partial');
  await looking.end(/503/);
});
