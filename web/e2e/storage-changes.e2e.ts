// What a test of a storage is worth once something else is typed or saved: nothing is called working that was not tried.
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';
import { api } from './labeling';
import { Looking, LOOKS } from './looking';

useBrowser();

const { sandbox } = ready;
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1';
const WRONG_SECRET = `${sandbox.secretAccessKey.slice(0, -1)}x`;

/** A storage of the sandbox that works, bound to its bucket, so that the hub knows what to test. */
async function made(name: string, more: object = {}): Promise<string> {
  const unique = `${name} ${Date.now()}`;
  await api('POST', '/v2/storages', {
    provider: 'AWS',
    name: unique,
    accessType: 'IAM_USER',
    region: sandbox.region,
    endpoint: sandbox.s3Endpoint,
    publicKey: sandbox.accessKeyId,
    privateKey: sandbox.secretAccessKey,
    prefixes: [sandbox.bucket],
    ...more,
  });
  return unique;
}

async function openSheet(page: Page, name: string): Promise<Locator> {
  await page.goto('/organization/storages');
  await page.getByRole('button', { name, exact: true }).click();
  return page.getByRole('dialog', { name, exact: true });
}

async function openDialog(page: Page): Promise<Locator> {
  await page.goto('/organization/storages');
  await page.getByRole('button', { name: 'Add Storage' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add Storage' });
  await dialog.getByRole('region', { name: 'Policy', exact: true }).waitFor();
  return dialog;
}

/** Types the sandbox's own user. */
async function fillIn(page: Page, dialog: Locator, name: string) {
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel('Provider').click();
  await page.getByRole('option', { name: 'S3-compatible server' }).click();
  await dialog.getByLabel('Endpoint').fill(sandbox.s3Endpoint);
  await dialog.getByLabel('Region').fill(sandbox.region);
  await dialog.getByLabel('Access Key ID').fill(sandbox.accessKeyId);
  await dialog.getByLabel('Secret Access Key', { exact: true }).fill(sandbox.secretAccessKey);
}

const lastTest = (sheet: Locator) => sheet.locator('dt', { hasText: 'Last test' }).locator('+ dd');

it('does not work any more once it leads nowhere, and is tried again as soon as that is saved', async () => {
  const name = await made('To mislead');
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const sheet = await openSheet(page, name);
  const outcome = sheet.getByRole('region', { name: 'Test connection' });
  await sheet.getByRole('button', { name: 'Test connection' }).click();
  await outcome.getByText('Everything works.').waitFor();
  await lastTest(sheet).getByText('Works').waitFor();

  await sheet.getByText('Edit', { exact: true }).click();
  await sheet.getByLabel('Endpoint').fill(NOWHERE);
  await sheet.getByText('Save first: a test looks at').waitFor();
  await sheet.getByRole('button', { name: 'Save' }).click();
  const told = page.locator('.toast').filter({ hasText: `${name} was changed. It does not work like this:` });
  await told.waitFor();
  await outcome.getByText('storage.connect').waitFor();
  expect(await outcome.getByText('Everything works.').count()).toBe(0);
  expect(await sheet.getByText('Save first: a test looks at').count()).toBe(0);
  await lastTest(sheet).getByText('Failing').waitFor();
  await visitor.screenshot('storage-misled');
  expect(await visitor.axe()).toEqual([]);

  await page.reload();
  const row = page.getByRole('row', { name });
  await row.getByText('Failing').waitFor();
  expect(await row.getByText('Works').count()).toBe(0);
  await row.getByText('No connection').waitFor();

  await page.getByRole('button', { name, exact: true }).click();
  await sheet.getByText('Edit', { exact: true }).click();
  await sheet.getByLabel('Endpoint').fill(sandbox.s3Endpoint);
  await sheet.getByRole('button', { name: 'Save' }).click();
  await page.getByText(`${name} was changed.`, { exact: true }).waitFor();
  await lastTest(sheet).getByText('Works').waitFor();
  await visitor.leave();
});

it('says that nobody tried it since it changed, where nobody can', async () => {
  const name = await made('To change', { prefixes: [] });
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const sheet = await openSheet(page, name);
  await sheet.getByText('Edit', { exact: true }).click();
  await sheet.getByLabel('Region').fill('');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await sheet.getByText('Say in which region your buckets are.').waitFor();
  await sheet.getByLabel('Region').fill('elsewhere');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await page.getByText(`${name} was changed.`, { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => sheet.count()).toBe(0);
  await page.getByRole('row', { name }).getByText('Not tested since it changed').waitFor();
  await visitor.leave(/status of 400/);
});

it('has new keys tested before they replace the old, and gives nothing up that is typed without a word', async () => {
  const name = await made('To rotate keys');
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const sheet = await openSheet(page, name);
  await sheet.getByText('Replace the keys').first().click();
  const secret = sheet.getByLabel('Secret Access Key', { exact: true });
  await sheet.getByLabel('Access Key ID').fill(sandbox.accessKeyId);
  await secret.fill(WRONG_SECRET);
  await sheet.getByRole('button', { name: 'Test these keys' }).click();
  const outcome = sheet.getByRole('region', { name: 'Test of the new keys' });
  await outcome.getByText('storage.wrong_secret').waitFor();
  await secret.fill(sandbox.secretAccessKey);
  await outcome.getByText('Changed since this test.').waitFor();
  expect(await outcome.getByText('storage.wrong_secret').count()).toBe(0);
  await sheet.getByRole('button', { name: 'Test these keys' }).click();
  await outcome.getByText('Everything works.').waitFor();
  await visitor.screenshot('storage-keys-tested');
  expect(await visitor.axe()).toEqual([]);

  const leaving = page.getByRole('dialog', { name: `Leave ${name} without saving?` });
  await page.keyboard.press('Escape');
  await leaving.waitFor();
  await visitor.screenshot('storage-leave-unsaved');
  await leaving.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => leaving.count()).toBe(0);
  expect(await secret.inputValue()).toBe(sandbox.secretAccessKey);

  // Whoever replaces them all the same is told at once.
  await secret.fill(WRONG_SECRET);
  await sheet.getByRole('button', { name: 'Replace the keys' }).click();
  const sure = page.getByRole('dialog', { name: `Replace the keys of ${name}?` });
  await sure.getByLabel(/to confirm/).fill(name);
  await sure.getByRole('button', { name: 'Replace the keys' }).click();
  const told = page
    .locator('.toast')
    .filter({ hasText: `${name} uses its new keys. It does not work like this:` });
  await told.waitFor();
  await lastTest(sheet).getByText('Failing').waitFor();

  await sheet.getByText('Edit', { exact: true }).click();
  await sheet.getByLabel('Name').fill('Never saved');
  await sheet.getByRole('button', { name: 'Close' }).first().click();
  await leaving.getByRole('button', { name: 'Leave' }).click();
  await expect.poll(() => sheet.count()).toBe(0);
  await page.getByRole('row', { name }).getByText('Secret Access Key is wrong').waitFor();
  expect(await page.getByRole('row', { name: 'Never saved' }).count()).toBe(0);
  await visitor.leave();
});

it('shows a result as long as it is that of what is typed, and names the region that it takes', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const dialog = await openDialog(page);
  const region = dialog.getByLabel('Region');
  expect(await region.inputValue()).toBe('eu-central-1');
  await fillIn(page, dialog, `To test ${Date.now()}`);
  await region.fill('');
  await dialog.getByRole('button', { name: 'OK' }).click();
  await dialog.getByText('Say in which region your buckets are.').waitFor();
  await region.fill(sandbox.region);
  await dialog.getByRole('combobox', { name: 'Buckets' }).fill(sandbox.bucket);
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Test connection' }).click();
  const outcome = dialog.getByRole('region', { name: 'Test connection' });
  await outcome.getByText('Everything works.').waitFor();
  await dialog.getByLabel('Name', { exact: true }).fill('Another name');
  await outcome.getByText('Everything works.').waitFor();

  await dialog.getByText('IAM Delegated', { exact: true }).click();
  await outcome.getByText('Changed since this test.').waitFor();
  expect(await outcome.getByText('Everything works.').count()).toBe(0);
  await outcome.scrollIntoViewIfNeeded();
  await visitor.screenshot('add-storage-stale');
  expect(await visitor.axe()).toEqual([]);
  await dialog.getByText('IAM User', { exact: true }).click();
  await outcome.getByText('Everything works.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await visitor.leave();
});

it('warns of a role that does not let the hub in, and says in its words what is wrong with an External ID', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const dialog = await openDialog(page);
  const name = `Of nobody ${Date.now()}`;
  await fillIn(page, dialog, name);
  await dialog.getByText('IAM Delegated', { exact: true }).click();
  await dialog.getByLabel('Role ARN').fill('arn:aws:iam::210987654321:role/of-nobody');
  await dialog.getByRole('button', { name: 'Use the ID that my role already has' }).click();
  type Known = { name: string; externalId: string | null };
  const { storages } = await api<{ storages: Known[] }>('GET', '/v2/storages?limit=1000');
  const given = storages.find(({ externalId }) => externalId)?.externalId ?? '';
  const id = dialog.getByLabel('External ID', { exact: true });
  await id.fill(given);
  await dialog.getByRole('button', { name: 'OK' }).click();
  await dialog.getByText('This ID was given already').waitFor();
  expect(await dialog.getByText('POST /v2').count()).toBe(0);
  await id.scrollIntoViewIfNeeded();
  await visitor.screenshot('add-storage-id-given');

  await id.fill(`of-nobody-${Date.now()}`);
  await dialog.getByRole('button', { name: 'OK' }).click();
  const told = page.locator('.toast').filter({ hasText: `${name} was added. It cannot be used yet:` });
  await told.waitFor();
  await visitor.screenshot('add-storage-unverified');
  const row = page.getByRole('row', { name });
  await row.getByText('Not verified').waitFor();
  await row.getByText('Role does not let the hub in').waitFor();
  const table = page.getByRole('region', { name: 'Storages' });
  expect(await table.evaluate((region) => region.scrollWidth - region.clientWidth)).toBe(0);
  await visitor.leave(/status of 409/);
});

it.each(LOOKS)('is told by bucket what works, in $theme at $size px', async (look) => {
  const looking = await Looking.begin(look);
  const { visitor } = looking;
  const { page } = visitor;
  await visitor.signIn();
  const dialog = await openDialog(page);
  const name = `Half of it ${Date.now()}`;
  await fillIn(page, dialog, name);
  const buckets = dialog.getByRole('combobox', { name: 'Buckets' });
  for (const bucket of ['nope-bucket', sandbox.bucket]) {
    await buckets.fill(bucket);
    await page.keyboard.press('Enter');
  }
  await dialog.getByRole('button', { name: 'Test connection' }).click();
  const outcome = dialog.getByRole('region', { name: 'Test connection' });
  await outcome.getByText('1 of 2 buckets failed: nope-bucket.').waitFor();
  await outcome.getByText('storage.no_such_bucket').waitFor();
  await looking.at('add-storage-partly');
  await dialog.getByRole('button', { name: 'OK' }).click();
  const told = page
    .locator('.toast')
    .filter({ hasText: `${name} was added. 1 of 2 buckets failed: nope-bucket.` });
  await told.waitFor();
  const row = page.getByRole('row', { name });
  await row.getByText('1 of 2 buckets failed').waitFor();
  await row.getByText('nope-bucket: No such bucket').waitFor();
  await looking.at('storages-partly');
  const table = page.getByRole('region', { name: 'Storages' });
  expect(await table.evaluate((region) => region.scrollWidth - region.clientWidth)).toBe(0);

  await told.getByRole('button', { name: 'Open' }).click();
  const sheet = page.getByRole('dialog', { name, exact: true });
  await lastTest(sheet).getByText('1 of 2 buckets failed').waitFor();
  await sheet.getByText('Policies and CORS rule').click();
  const named = sheet.getByRole('combobox', { name: 'Buckets', exact: true });
  await named.fill('typed-again');
  await page.keyboard.press('Enter');
  await expect
    .poll(() => sheet.getByRole('region', { name: 'Policy', exact: true }).textContent())
    .toContain('arn:aws:s3:::typed-again/*');
  await sheet.getByText('Edit', { exact: true }).click();
  await sheet.getByLabel('Name').fill(`${name}, other`);
  await sheet.getByText('Save first: a test looks at').waitFor();
  await looking.at('storage-sheet-edited');
  await looking.end();
});
