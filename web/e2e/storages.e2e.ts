// Storages: added in the browser beside what to set up in AWS, and what is wrong named where it was typed.
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { PHONE, ready, useBrowser, Visitor, WIDE, type Theme } from './harness';

useBrowser();

type StorageJson = {
  name: string;
  accessType: string;
  publicKey?: string;
  endpoint?: string;
  prefixes: string[];
};

async function storages(): Promise<StorageJson[]> {
  const response = await fetch(`${ready.url}/v2/storages`, { headers: { apikey: ready.apiKey } });
  return ((await response.json()) as { data: { storages: StorageJson[] } }).data.storages;
}

async function openDialog(visitor: Visitor) {
  await visitor.signIn();
  await visitor.page.goto('/organization/storages');
  await visitor.page.getByRole('button', { name: 'Add Storage' }).click();
  const dialog = visitor.page.getByRole('dialog', { name: 'Add Storage' });
  await dialog.getByRole('region', { name: 'Policy', exact: true }).waitFor();
  return dialog;
}

/** Types the keys of the sandbox's IAM user. */
async function fill(visitor: Visitor, dialog: Locator, name: string, secret: string) {
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('Provider').click();
  await visitor.page.getByRole('option', { name: 'S3-compatible server' }).click();
  await dialog.getByLabel('Endpoint').fill(ready.sandbox.s3Endpoint);
  await dialog.getByLabel('Region').fill(ready.sandbox.region);
  await dialog.getByLabel('Access Key ID').fill(ready.sandbox.accessKeyId);
  await dialog.getByLabel('Secret Access Key', { exact: true }).fill(secret);
}

const looks: { theme: Theme; size: string; viewport: typeof WIDE }[] = [
  { theme: 'light', size: '1280', viewport: WIDE },
  { theme: 'dark', size: '1280', viewport: WIDE },
  { theme: 'light', size: '360', viewport: PHONE },
  { theme: 'dark', size: '360', viewport: PHONE },
];

it.each(looks)('can be added accessibly in $theme at $size px', async ({ theme, size, viewport }) => {
  const visitor = await Visitor.come(theme, viewport);
  const { page } = visitor;
  const wrong: string[] = [];
  async function look(name: string) {
    await visitor.screenshot(`storages-${name}-${size}-${theme}`);
    wrong.push(...(await visitor.axe()).map((found) => `${name}: ${found}`));
    if (await visitor.overflows()) wrong.push(`${name}: wider than the screen`);
  }

  const dialog = await openDialog(visitor);
  await look('iam-user');
  await dialog.getByText('IAM Delegated', { exact: true }).click();
  await dialog.getByRole('region', { name: 'Trust policy' }).waitFor();
  await look('iam-delegated');
  await dialog.getByRole('tab', { name: 'Terraform' }).click();
  await dialog.getByRole('region', { name: 'Terraform configuration' }).waitFor();
  await look('terraform');
  await dialog.getByRole('button', { name: 'OK' }).click();
  await expect.poll(() => dialog.locator('[aria-invalid="true"]').count()).toBeGreaterThan(1);
  await look('refused');
  await page.keyboard.press('Escape');
  await expect.poll(() => dialog.count()).toBe(0);
  await page.getByRole('button', { name: 'Sandbox, IAM Delegated' }).click();
  const sheet = page.getByRole('dialog', { name: 'Sandbox, IAM Delegated' });
  await sheet.getByText(/^●?Verified$/).waitFor();
  await sheet.getByRole('button', { name: 'Test connection' }).click();
  await sheet.getByText('Everything works.').waitFor();
  await look('one');
  await page.keyboard.press('Escape');
  expect(wrong).toEqual([]);
  await visitor.leave(/status of 400/);
});

it('are in the list once OK was pressed, with the key that was typed and never the secret', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const name = `By the dialog ${Date.now()}`;
  const dialog = await openDialog(visitor);
  await fill(visitor, dialog, name, ready.sandbox.secretAccessKey);
  await dialog.getByRole('button', { name: 'OK' }).click();
  await expect.poll(() => dialog.count()).toBe(0);
  await page.getByRole('row', { name: new RegExp(name) }).waitFor();
  expect(await page.content()).not.toContain(ready.sandbox.secretAccessKey);
  const made = (await storages()).find((storage) => storage.name === name);
  expect(made).toMatchObject({
    accessType: 'IAM_USER',
    publicKey: ready.sandbox.accessKeyId,
    endpoint: ready.sandbox.s3Endpoint,
  });
  await visitor.leave();
});

it('are there again as they were typed after a reload, with the external ID and without the secret', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const dialog = await openDialog(visitor);
  await fill(visitor, dialog, 'Half typed', 'a secret of somebody');
  await dialog.getByText('IAM Delegated', { exact: true }).click();
  const made = dialog.getByRole('textbox', { name: 'External ID' });
  await expect.poll(() => made.inputValue()).not.toBe('');
  const externalId = await made.inputValue();
  expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('a secret of');

  await page.reload();
  await page.getByRole('button', { name: 'Add Storage' }).click();
  await expect.poll(() => made.inputValue()).toBe(externalId);
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Half typed');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Add Storage' }).click();
  await dialog.getByText('IAM Delegated', { exact: true }).click();
  await expect.poll(() => made.inputValue()).not.toBe('');
  expect(await made.inputValue()).not.toBe(externalId);
  expect(await dialog.getByLabel('Name').inputValue()).toBe('');
  await visitor.leave();
});

it('are still on screen after Back, which closes the dialog', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto('/organization/members');
  await page.getByRole('link', { name: 'Storages' }).click();
  await page.getByRole('button', { name: 'Add Storage' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add Storage' });
  await dialog.getByLabel('Name').fill('Typed before Back');
  await page.evaluate(() => history.back());
  await expect.poll(() => dialog.count()).toBe(0);
  await expect.poll(() => new URL(page.url()).pathname).toBe('/organization/storages');
  await page.getByRole('button', { name: 'Add Storage' }).click();
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Typed before Back');
  await page.keyboard.press('Escape');
  await expect.poll(() => dialog.count()).toBe(0);
  await page.evaluate(() => history.back());
  await expect.poll(() => new URL(page.url()).pathname).toBe('/organization/members');
  await visitor.leave();
});

it('name the external ID that the hub made in the trust policy to paste, and the buckets in the policy', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const dialog = await openDialog(visitor);
  await dialog.getByText('IAM Delegated', { exact: true }).click();
  const made = dialog.getByRole('textbox', { name: 'External ID' });
  await expect.poll(() => made.inputValue()).not.toBe('');
  expect(await made.getAttribute('readonly')).not.toBeNull();
  await expect
    .poll(() => dialog.getByRole('region', { name: 'Trust policy' }).textContent())
    .toContain(await made.inputValue());
  await dialog.getByRole('combobox', { name: 'Buckets' }).fill('street-scenes');
  await page.keyboard.press('Enter');
  const policy = dialog.getByRole('region', { name: 'Policy', exact: true });
  await expect.poll(() => policy.textContent()).toContain('"arn:aws:s3:::street-scenes/*"');
  await visitor.leave();
});

it('are tested check by check, and the one cause is opened with what mends it', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const dialog = await openDialog(visitor);
  await fill(visitor, dialog, 'A test', `${ready.sandbox.secretAccessKey.slice(0, -1)}x`);
  await dialog.getByRole('combobox', { name: 'Buckets' }).fill(ready.sandbox.bucket);
  await page.keyboard.press('Enter');
  const test = dialog.getByRole('button', { name: 'Test connection' });
  const outcome = dialog.getByRole('region', { name: 'Test connection' });
  await test.click();
  await outcome.getByText('storage.wrong_secret').waitFor();
  expect(await outcome.getByText('Failed:').count()).toBe(1);
  await outcome.scrollIntoViewIfNeeded();
  await visitor.screenshot('storages-test-failed');

  await dialog.getByLabel('Secret Access Key', { exact: true }).fill(ready.sandbox.secretAccessKey);
  await test.click();
  await outcome.getByText('Everything works.').waitFor();
  expect(await outcome.getByRole('listitem').count()).toBeGreaterThan(5);
  await outcome.scrollIntoViewIfNeeded();
  await visitor.screenshot('storages-test-passed');
  expect(await visitor.axe()).toEqual([]);
  expect((await storages()).some((storage) => storage.name === 'A test')).toBe(false);
  await visitor.leave();
});

it('get new keys, and end when their name is confirmed', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const name = `To replace ${Date.now()}`;
  const dialog = await openDialog(visitor);
  await fill(visitor, dialog, name, 'a'.repeat(40));
  await dialog.getByRole('button', { name: 'OK' }).click();
  await page.getByRole('button', { name, exact: true }).click();
  const sheet = page.getByRole('dialog', { name, exact: true });
  await sheet.getByRole('button', { name: 'Test connection' }).click();
  await sheet.getByText('The test could not be made.').waitFor();

  await sheet.getByText('Replace the keys').first().click();
  await sheet.getByLabel('Access Key ID').fill(ready.sandbox.accessKeyId);
  await sheet.getByLabel('Secret Access Key', { exact: true }).fill(ready.sandbox.secretAccessKey);
  await sheet.getByRole('button', { name: 'Replace the keys' }).click();
  const sure = page.getByRole('dialog', { name: `Replace the keys of ${name}?` });
  expect(await sure.getByRole('button', { name: 'Replace the keys' }).isDisabled()).toBe(true);
  await visitor.screenshot('storage-replace-keys');
  expect(await visitor.axe()).toEqual([]);
  await sure.getByLabel(/to confirm/).fill(name);
  await sure.getByRole('button', { name: 'Replace the keys' }).click();
  await page.getByText(`${name} uses its new keys.`).waitFor();

  await sheet.getByRole('button', { name: 'Delete storage' }).click();
  const asked = page.getByRole('dialog', { name: `Delete ${name}?` });
  expect(await asked.getByRole('button', { name: 'Delete storage' }).isDisabled()).toBe(true);
  await asked.getByLabel(/to confirm/).fill(name);
  await asked.getByRole('button', { name: 'Delete storage' }).click();
  await expect.poll(() => page.getByRole('button', { name, exact: true }).count()).toBe(0);
  // The row that had the focus is gone: the keyboard goes on at the page's beginning.
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('content');
  expect((await storages()).some((storage) => storage.name === name)).toBe(false);
  await visitor.leave(/status of 400/);
});

it('keep what was typed into their form while they are tested, and have it once it is saved', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const name = `To change ${Date.now()}`;
  const dialog = await openDialog(visitor);
  await fill(visitor, dialog, name, ready.sandbox.secretAccessKey);
  await dialog.getByRole('button', { name: 'OK' }).click();
  await page.getByRole('button', { name, exact: true }).click();
  const sheet = page.getByRole('dialog', { name, exact: true });
  await sheet.getByText('Edit', { exact: true }).click();
  await sheet.getByLabel('Name').fill(`${name}, other`);
  await sheet.getByRole('combobox', { name: 'Prefixes' }).fill(ready.sandbox.bucket);
  await page.keyboard.press('Enter');

  await sheet.getByText('What to test').click();
  await sheet.getByRole('combobox', { name: 'Buckets to test' }).fill(ready.sandbox.bucket);
  await page.keyboard.press('Enter');
  const listed = page.waitForResponse((answer) => answer.url().includes('/v2/storages?'));
  await sheet.getByRole('button', { name: 'Test connection' }).click();
  await sheet.getByText('Everything works.').waitFor();
  // The test changed what the list says of the storage; the form is still the one that is typed into.
  await (await listed).finished();
  await sheet.locator('dt', { hasText: 'Last test' }).waitFor();
  expect(await sheet.getByLabel('Name').inputValue()).toBe(`${name}, other`);
  await visitor.screenshot('storages-edited');
  expect(await visitor.axe()).toEqual([]);
  await sheet.getByRole('button', { name: 'Save' }).click();
  await page.getByText(`${name}, other was changed.`).waitFor();
  const found = (await storages()).find((storage) => storage.name.startsWith(name));
  expect(found).toMatchObject({
    name: `${name}, other`,
    prefixes: [ready.sandbox.bucket],
    publicKey: ready.sandbox.accessKeyId,
    endpoint: ready.sandbox.s3Endpoint,
  });
  await visitor.leave();
});

it('show the next external ID with what to paste, and are tested on the object that is named', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const name = `To rotate ${Date.now()}`;
  const made = await fetch(`${ready.url}/v2/storages`, {
    method: 'POST',
    headers: { apikey: ready.apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({
      provider: 'AWS',
      name,
      accessType: 'IAM_DELEGATED',
      region: ready.sandbox.region,
      endpoint: ready.sandbox.s3Endpoint,
      roleArn: 'arn:aws:iam::210987654321:role/of-nobody',
      externalId: `typed-in-${Date.now()}`,
    }),
  });
  expect(made.ok).toBe(true);
  await visitor.signIn();
  await page.goto('/organization/storages');
  await page.getByRole('button', { name, exact: true }).click();
  const sheet = page.getByRole('dialog', { name, exact: true });
  await sheet.getByText('Your own', { exact: true }).waitFor();
  // A role that does not let the hub in at all is nobody's to use on his word.
  expect(await sheet.getByRole('button', { name: 'Use it all the same' }).count()).toBe(0);
  await sheet.getByRole('button', { name: 'Make another External ID' }).click();
  const next = sheet.locator('dt', { hasText: 'Next External ID' }).locator('+ dd .value');
  await next.waitFor();
  await expect
    .poll(() => sheet.getByRole('region', { name: 'Trust policy' }).textContent())
    .toContain(await next.innerText());
  await visitor.screenshot('storages-rotated');
  expect(await visitor.axe()).toEqual([]);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Sandbox, IAM User' }).click();
  const user = page.getByRole('dialog', { name: 'Sandbox, IAM User' });
  await user.getByText('What to test').click();
  await user.getByLabel('Object to test').fill(`s3://${ready.sandbox.bucket}/no-such-cat.jpg`);
  await user.getByRole('button', { name: 'Test connection' }).click();
  await user.getByText('storage.no_such_object').waitFor();
  await visitor.screenshot('storages-test-named');
  expect(await visitor.axe()).toEqual([]);
  await visitor.leave();
});
