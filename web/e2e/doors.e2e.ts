// The pages before anybody is signed in, and states that no other tour shows: in both themes and both sizes accessible,
// inside the screen, and kept as pictures.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { ready, useBrowser } from './harness';
import { usedInvitation } from './joining';
import { api, CAT, Desk, makeProject } from './labeling';
import { failing, Looking, LOOKS } from './looking';

useBrowser();

/** Answers a question of this kind as a hub does that refuses it. */
function refuse(page: Page, address: string, method: string, status: number, told: object) {
  return page.route(address, (route) =>
    route.request().method() === method
      ? route.fulfill({ status, json: { status: 'error', ...told } })
      : route.fallback(),
  );
}

const WRONG_PASSWORD = {
  code: 'session.wrong_credentials',
  message: 'E-mail or password is wrong. Check both; an administrator can send a new invitation.',
};

/** Accepted by the first test that opens it once more. */
let used: Promise<string> | undefined;

it.each(LOOKS)('the doors, in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { page } = looking.visitor;
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Enter your password.').waitFor();
  await looking.at('door-incomplete');
  await refuse(page, '**/v2/session', 'POST', 401, WRONG_PASSWORD);
  await page.getByLabel('E-mail').fill(ready.email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(WRONG_PASSWORD.code).waitFor();
  await looking.at('door-refused');
  await page.unroute('**/v2/session');
  // The page is open already: the link is pasted into the address bar.
  await page.goto('/sign-in#token=not-a-token');
  await page.getByText('This sign-in link could not be used.').waitFor();
  expect(page.url()).not.toContain('token');
  await looking.at('door-link-refused');

  const made = await api<{ invites: { link: string }[] }>(
    'POST',
    `/v2/organization/${ready.organizationId}/invites`,
    { to: [`door-${how.size}-${how.theme}-${Date.now()}@insitu.test`], organizationRole: 'member' },
  );
  await page.goto(made.invites[0]?.link ?? '');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('Enter your name.').waitFor();
  await looking.at('door-invitation');
  await page.goto(await (used ??= usedInvitation('Katherine Johnson')));
  await page.getByText('invitation.gone').waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await looking.at('door-invitation-used');

  const setup = { status: 'success', data: { required: true } };
  await page.route('**/v2/setup', (route) =>
    route.request().method() === 'GET' ? route.fulfill({ json: setup }) : route.fallback(),
  );
  await page.goto('/sign-in');
  await page.getByRole('heading', { name: 'Set up this hub' }).waitFor();
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByText('Use at least').waitFor();
  await looking.at('door-setup');
  await page.getByLabel('Organization').fill('Acme Labs');
  await page.getByLabel('Your name').fill('Ada');
  await page.getByLabel('E-mail').fill(ready.email);
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  // Somebody else was faster; the hub itself says so.
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByText('setup.done').waitFor();
  await looking.at('door-setup-refused');

  (await failing(looking.visitor, '**/v2/session'))();
  await page.goto('/organization/storages');
  await page.getByText('store.unavailable').waitFor();
  await looking.at('door-unreadable');
  await looking.end(/status of (401|404|409|503)/);
});

type Job = { _id: string; name: string };

/** A project with one photograph, a batch, and an import of which one row was refused. Made by the first test that needs it. */
let made: Promise<{ project: string; job: Job }> | undefined;

async function make() {
  const project = await makeProject('States', [CAT]);
  await api('POST', `/v2/batches/${project}`, { name: 'Monday' });
  const rows = [{ data: 'https://example.invalid/a.jpg' }, { data: 'nowhere' }];
  await api('POST', `/v2/project/${project}/cloud`, { assets: rows });
  const { imports } = await api<{ imports: (Job & { rowsRefused: number })[] }>(
    'GET',
    `/v2/project/${project}/imports`,
  );
  const job = imports.find(({ rowsRefused }) => rowsRefused === 1);
  if (!job) throw new Error(`no import with a refused row: ${JSON.stringify(imports)}`);
  return { project, job };
}

/** Lets the hub say of an import that it goes on, ever further; it is over once that is called. */
async function running(page: Page, job: Job): Promise<() => Promise<void>> {
  let read = 0.3;
  const addresses = ['**/v2/jobs', `**/v2/imports/${job._id}`, '**/v2/project/*/imports?*'];
  for (const address of addresses) {
    await page.route(address, (route) => {
      read = Math.min(0.7, read + 0.01);
      const one = {
        ...job,
        state: 'running',
        finishedAt: null,
        bytesTotal: 120_000_000,
        bytesRead: 120_000_000 * read,
        rowsRead: Math.round(1_000_000 * read),
        rowsRefused: 3,
      };
      const counted = { kind: 'import', unit: 'rows', done: one.rowsRead, share: read };
      const data = { import: one, imports: [one], jobs: [{ ...one, ...counted }], total: 1 };
      return route.fulfill({ json: { status: 'success', data } });
    });
  }
  return async () => {
    for (const address of addresses) await page.unroute(address);
  };
}

it.each(LOOKS)('settings, imports and what floats, in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { visitor } = looking;
  const { page } = visitor;
  const { project, job } = await (made ??= make());
  await visitor.signIn();
  const letGo = await failing(visitor, `**/v2/project/${project}`);
  await page.goto(`/projects/${project}/settings`);
  await page.locator('.settings span.skeleton:visible').first().waitFor();
  await looking.at('settings-loading');
  letGo();
  await page.getByText('store.unavailable').first().waitFor();
  await looking.at('settings-unreadable');
  await page.unroute(`**/v2/project/${project}`);

  await page.goto(`/projects/${project}/batches`);
  await page.getByRole('button', { name: 'Actions for Monday' }).click();
  await page.getByRole('menu').waitFor();
  await looking.at('menu-batch');

  const end = await running(page, job);
  await page.goto(`/projects/${project}/assets`);
  await page.getByRole('grid', { name: 'Assets' }).waitFor();
  await page.getByRole('button', { name: 'Add Data' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog.getByRole('button', { name: /Importing/ }).click();
  await dialog.getByText(/ left$/).waitFor();
  await looking.at('add-data-running');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '1 job running' }).click();
  await page.getByRole('progressbar', { name: `Import of ${job.name}` }).waitFor();
  await looking.at('menu-jobs-running');
  await page.keyboard.press('Escape');
  await end();
  const told = page.getByRole('region', { name: 'Notifications' }).getByText('1 row imported, 1 refused');
  await told.waitFor();
  await looking.at('import-told');
  await page.getByRole('button', { name: 'Show report' }).click();
  await page.getByRole('dialog', { name: 'Import' }).getByRole('table').waitFor();
  await looking.at('import-report-refused');
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');

  await page.keyboard.press('/');
  await page.keyboard.type('nothing of this name');
  await page.getByRole('heading', { name: 'No asset matches' }).waitFor();
  await looking.at('assets-nothing-found');
  await looking.end(/status of 503|example\.invalid/);
});

it.each(LOOKS)('a session that ends while somebody labels, in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { visitor } = looking;
  const { page } = visitor;
  const { project } = await (made ??= make());
  await visitor.signIn();
  await new Desk(visitor).open(project);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await looking.at('shortcuts-editor');
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');

  await visitor.context.clearCookies();
  for (const key of ['o', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
  const dialog = page.getByRole('dialog', { name: 'Sign in to go on' });
  await dialog.waitFor();
  await looking.at('session-ended');
  await refuse(page, '**/v2/session', 'POST', 401, WRONG_PASSWORD);
  await dialog.getByLabel('Password', { exact: true }).fill('not the password');
  await page.keyboard.press('Enter');
  await dialog.getByText(WRONG_PASSWORD.code).waitFor();
  await looking.at('session-ended-refused');
  await looking.end(/status of 401|example\.invalid/);
});
