// The form of Add Storage and the sheet of a storage, as people get them wrong: what is typed, pasted, left out, closed.
import type { Locator, Page } from 'playwright-core';
import { afterEach, expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';
import { api } from './labeling';
import { Looking, LOOKS } from './looking';
import { misbehave, secondDoor } from './sandbox';

useBrowser();
afterEach(async () => void (await misbehave()));

async function openDialog(page: Page): Promise<Locator> {
  await page.goto('/organization/storages');
  await page.getByRole('button', { name: 'Add Storage' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add Storage' });
  await dialog.getByRole('region', { name: 'Policy', exact: true }).waitFor();
  return dialog;
}

async function begin() {
  const visitor = await Visitor.come();
  await visitor.signIn();
  return { visitor, page: visitor.page, dialog: await openDialog(visitor.page) };
}

async function makeCompatible(page: Page, dialog: Locator) {
  await dialog.getByLabel('Provider').click();
  await page.getByRole('option', { name: 'S3-compatible server' }).click();
}

const chips = (dialog: Locator) =>
  dialog.getByRole('button', { name: /^Remove / }).evaluateAll((all) => all.map((one) => one.ariaLabel));

it('finds a region by its name or its code, and takes none that AWS has not', async () => {
  const { visitor, page, dialog } = await begin();
  const region = dialog.getByLabel('Region');
  // What is there is chosen as a whole, and gives way to what is typed.
  await region.click();
  await region.pressSequentially('frankf');
  await page.getByRole('option', { name: 'Europe (Frankfurt)' }).waitFor();
  await visitor.screenshot('add-storage-regions');
  expect(await visitor.axe()).toEqual([]);
  await page.keyboard.press('Enter');
  expect(await region.inputValue()).toBe('eu-central-1');
  await dialog.getByText('Europe (Frankfurt)').waitFor();
  // Enter chose, and did not send the form.
  expect(await dialog.locator('[aria-invalid="true"]').count()).toBe(0);

  // Enter closes the list, which lies over the next fields, over a region typed in full, too.
  await region.fill('eu-west-1');
  await page.keyboard.press('Enter');
  await visitor.gone('listbox');

  await region.fill('ohio');
  await page.keyboard.press('Tab');
  expect(await region.inputValue()).toBe('us-east-2');

  await region.fill('frank');
  await dialog.getByLabel('Access Key ID').click();
  expect(await region.inputValue()).toBe('eu-central-1');

  await region.fill('mars-north-1');
  await dialog.getByRole('button', { name: 'OK' }).click();
  await dialog.getByText('AWS has no region mars-north-1.').waitFor();
  expect(await region.getAttribute('aria-invalid')).toBe('true');
  await region.fill('eu');
  expect(await dialog.getByText('AWS has no region').count()).toBe(0);

  // A server of one's own calls its region as it likes.
  await makeCompatible(page, dialog);
  await region.fill('garage');
  await page.keyboard.press('Tab');
  expect(await region.inputValue()).toBe('garage');
  await visitor.leave();
});

it('takes pasted and typed names of buckets apart, and copies nothing that names no bucket', async () => {
  const { visitor, page, dialog } = await begin();
  const policy = dialog.getByRole('region', { name: 'Policy', exact: true });
  expect(await policy.textContent()).toContain('arn:aws:s3:::your-bucket-name/*');
  expect(await dialog.getByRole('button', { name: 'Copy Policy' }).count()).toBe(0);
  await dialog.getByText('Type a bucket’s name first', { exact: true }).waitFor();
  await dialog.getByRole('button', { name: 'Copy CORS rule' }).waitFor();
  await visitor.screenshot('add-storage-no-bucket');

  await dialog.getByRole('button', { name: 'Test connection' }).click();
  await dialog.getByText('a test looks at a bucket').waitFor();
  const buckets = dialog.getByRole('combobox', { name: 'Buckets' });
  expect(await buckets.getAttribute('aria-invalid')).toBe('true');
  await expect.poll(() => buckets.evaluate((input) => input === document.activeElement)).toBe(true);
  expect(await visitor.axe()).toEqual([]);

  await buckets.pressSequentially('one,');
  await buckets.evaluate((input) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', 'two\nthree, s3://four/2026/\n');
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  await buckets.pressSequentially('five');
  await dialog.getByLabel('Name', { exact: true }).click();
  const removals = ['one', 'two', 'three', 'four', 'five'].map((name) => `Remove ${name}`);
  await expect.poll(() => chips(dialog)).toEqual(removals);
  // At once and not pasted, as what is dictated or filled in comes.
  await buckets.fill('six, arn:aws:s3:::seven');
  await page.keyboard.press('Enter');
  await expect.poll(() => chips(dialog)).toEqual([...removals, 'Remove six', 'Remove seven']);
  expect(await dialog.getByText('a test looks at a bucket').count()).toBe(0);
  await expect.poll(() => policy.textContent()).toContain('arn:aws:s3:::three/*');
  expect(await policy.textContent()).not.toContain('your-bucket-name');
  await dialog.getByRole('button', { name: 'Copy Policy' }).waitFor();
  await page.keyboard.press('Escape');
  await visitor.leave();
});

it('keeps what was typed from a click beside it and from Escape, and forgets it when cancelled', async () => {
  const { visitor, page, dialog } = await begin();
  const name = dialog.getByLabel('Name', { exact: true });
  await page.mouse.click(5, 400);
  await expect.poll(() => dialog.count()).toBe(0);
  await page.getByRole('button', { name: 'Add Storage' }).click();
  await name.fill('Half a storage');
  await page.mouse.click(5, 400);
  await page.keyboard.press('Tab');
  expect(await dialog.count()).toBe(1);
  await page.keyboard.press('Escape');
  await expect.poll(() => dialog.count()).toBe(0);
  await page.getByRole('button', { name: 'Add Storage' }).click();
  expect(await name.inputValue()).toBe('Half a storage');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Add Storage' }).click();
  expect(await name.inputValue()).toBe('');
  await visitor.leave();
});

it('says at its field that a name is taken, until it is changed, and covers no button with what it did', async () => {
  const { visitor, page, dialog } = await begin();
  const name = dialog.getByLabel('Name', { exact: true });
  await makeCompatible(page, dialog);
  await dialog.getByLabel('Endpoint').fill(ready.sandbox.s3Endpoint);
  await dialog.getByLabel('Region').fill(ready.sandbox.region);
  await dialog.getByLabel('Access Key ID').fill(ready.sandbox.accessKeyId);
  await dialog.getByLabel('Secret Access Key', { exact: true }).fill(ready.sandbox.secretAccessKey);
  await name.fill('Sandbox, IAM User');
  await dialog.getByRole('button', { name: 'OK' }).click();
  await expect.poll(() => name.getAttribute('aria-invalid')).toBe('true');
  await visitor.screenshot('add-storage-name-taken');
  const mine = `Sandbox again ${Date.now()}`;
  await name.fill(mine);
  expect(await name.getAttribute('aria-invalid')).toBeNull();
  await dialog.getByRole('button', { name: 'OK' }).click();
  const toast = page.getByRole('group').filter({ hasText: `${mine} was added.` });
  await toast.waitFor();
  // It leaves by itself: its place is noted at once.
  const a = await toast.boundingBox();
  await page.getByRole('button', { name: 'Add Storage' }).click();
  for (const covered of ['OK', 'Cancel', 'Close']) {
    const b = await dialog.getByRole('button', { name: covered }).boundingBox();
    const apart = !!a && !!b && (a.y + a.height <= b.y || b.y + b.height <= a.y);
    expect(apart, covered).toBe(true);
  }
  await visitor.screenshot('add-storage-toast');
  await visitor.leave(/status of 409/);
});

it('tries a server that no storage has yet, from this browser too, before anything is saved', async () => {
  const { visitor, page, dialog } = await begin();
  const { endpoint, close } = await secondDoor();
  await makeCompatible(page, dialog);
  const name = `Second door ${Date.now()}`;
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel('Endpoint').fill(endpoint);
  await dialog.getByLabel('Region').fill(ready.sandbox.region);
  await dialog.getByLabel('Access Key ID').fill(ready.sandbox.accessKeyId);
  await dialog.getByLabel('Secret Access Key', { exact: true }).fill(ready.sandbox.secretAccessKey);
  await dialog.getByRole('combobox', { name: 'Buckets' }).fill(ready.sandbox.bucket);
  await page.keyboard.press('Enter');
  const test = dialog.getByRole('button', { name: 'Test connection' });
  const outcome = dialog.getByRole('region', { name: 'Test connection' });
  const own = outcome.locator('[data-check="browser"]');

  await misbehave({ fault: 'no-cors' });
  await test.focus();
  await page.keyboard.press('Enter');
  await outcome.getByText('storage.cors_missing').waitFor();
  await own.waitFor();
  expect(await own.innerText()).toContain('This browser meets the same');
  await expect.poll(() => test.getAttribute('aria-busy')).toBe(null);
  expect(await test.evaluate((button) => button === document.activeElement), 'it kept the keyboard').toBe(
    true,
  );
  await misbehave();
  await test.click();
  await outcome.getByText('Everything works.').waitFor();
  expect(await own.getAttribute('class')).toContain('passed');
  await own.scrollIntoViewIfNeeded();
  await visitor.screenshot('add-storage-first-server');
  expect(await page.getByText('This page was opened before').count()).toBe(0);
  expect(await dialog.getByLabel('Name', { exact: true }).inputValue()).toBe(name);

  // The worker alone has leave: what the page itself may reach is as it was.
  const byPage = (url: string) => fetch(url, { mode: 'no-cors' }).then(String, () => 'refused');
  expect(await page.evaluate(byPage, endpoint)).toBe('refused');
  await dialog.getByRole('button', { name: 'OK' }).click();
  await page.getByRole('row', { name }).waitFor();
  await page.getByRole('link', { name: 'Projects' }).first().click();
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
  // The next page is opened anew, and reaches it.
  await expect.poll(() => page.evaluate(byPage, endpoint)).not.toBe('refused');
  close();
  await visitor.leave(new RegExp(`CORS|ERR_FAILED|${new URL(endpoint).host}`));
});

it('keeps what a long name would push out, and says why a storage fails wherever it is opened', async () => {
  const { visitor, page, dialog } = await begin();
  const name = `A ${'very '.repeat(20)}long name ${Date.now()}`;
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await makeCompatible(page, dialog);
  await dialog.getByLabel('Endpoint').fill(ready.sandbox.s3Endpoint);
  await dialog.getByLabel('Region').fill(ready.sandbox.region);
  await dialog.getByLabel('Access Key ID').fill(ready.sandbox.accessKeyId);
  const wrong = `${ready.sandbox.secretAccessKey.slice(0, -1)}x`;
  await dialog.getByLabel('Secret Access Key', { exact: true }).fill(wrong);
  await dialog.getByRole('combobox', { name: 'Buckets' }).fill(ready.sandbox.bucket);
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Test connection' }).click();
  await dialog.getByText('storage.wrong_secret').waitFor();
  await dialog.getByRole('button', { name: 'OK' }).click();
  const told = page.locator('.toast').filter({ hasText: 'It cannot be used yet' });
  await told.waitFor();
  const row = page.getByRole('row', { name: /A very/ });
  await row.getByText('Failing').waitFor();
  const table = page.getByRole('region', { name: 'Storages' });
  expect(await table.evaluate((region) => region.scrollWidth - region.clientWidth)).toBe(0);
  await visitor.screenshot('storages-long-name');
  await told.getByRole('button', { name: 'Open' }).click();
  const sheet = page.getByRole('dialog', { name, exact: true });
  await sheet.getByText('storage.wrong_secret').waitFor();
  await visitor.screenshot('storages-failing');
  expect(await visitor.axe()).toEqual([]);
  await sheet.getByRole('button', { name: 'Delete storage' }).click();
  await page.getByLabel(/to confirm/).fill(name);
  await page
    .getByRole('dialog', { name: /^Delete/ })
    .getByRole('button', { name: 'Delete storage' })
    .click();
  await expect.poll(() => row.count()).toBe(0);
  await visitor.leave();
});

it('takes the External ID that a role demands already', async () => {
  const { visitor, page, dialog } = await begin();
  const theirs = `theirs-${Date.now()}`;
  const name = `Own External ID ${Date.now()}`;
  await dialog.getByText('IAM Delegated', { exact: true }).click();
  await dialog.getByRole('button', { name: 'Use the ID that my role already has' }).click();
  const id = dialog.getByLabel('External ID', { exact: true });
  expect(await id.inputValue()).toBe('');
  await id.fill(theirs);
  await expect
    .poll(() => dialog.getByRole('region', { name: 'Trust policy' }).textContent())
    .toContain(`"sts:ExternalId": "${theirs}"`);
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel('Region').fill('eu-central-1');
  await page.keyboard.press('Tab');
  await dialog.getByLabel('Role ARN').fill('arn:aws:iam::111122223333:role/has-an-id-of-its-own');
  await dialog.getByRole('button', { name: 'OK' }).click();
  await page.getByRole('row', { name }).waitFor();
  type Kept = { name: string; externalId: string; externalIdSource: string };
  const { storages } = await api<{ storages: Kept[] }>('GET', '/v2/storages?limit=1000');
  const kept = storages.find((storage) => storage.name === name);
  expect([kept?.externalId, kept?.externalIdSource]).toEqual([theirs, 'customer']);
  await visitor.leave();
});

it.each(LOOKS)('are in order in every state in $theme at $size px', async (look) => {
  const looking = await Looking.begin(look);
  const { page } = looking.visitor;
  await looking.visitor.signIn();
  const dialog = await openDialog(page);
  await dialog.getByRole('tab', { name: 'CloudFormation' }).click();
  await dialog.getByRole('region', { name: 'CloudFormation template' }).waitFor();
  await looking.at('add-storage-cloudformation');
  await makeCompatible(page, dialog);
  await dialog.getByLabel('Endpoint').fill('https://minio.example.com:9000');
  await dialog.getByRole('combobox', { name: 'Buckets' }).fill('street-scenes,');
  const command = dialog.getByRole('region', { name: 'Command' });
  await expect
    .poll(() => command.textContent())
    .toContain('--endpoint-url https://minio.example.com:9000 --bucket street-scenes');
  expect(await dialog.getByRole('tab').count()).toBe(0);
  await looking.at('add-storage-compatible');
  await dialog.getByText('IAM Delegated', { exact: true }).click();
  await dialog.getByRole('region', { name: 'Trust policy' }).waitFor();
  await looking.at('add-storage-compatible-role');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await page.getByRole('button', { name: 'Sandbox, IAM User' }).click();
  const sheet = page.getByRole('dialog', { name: 'Sandbox, IAM User' });
  const storage = ready.storages.find(({ name }) => name === 'Sandbox, IAM User');
  await sheet.getByText(storage?._id ?? '', { exact: true }).waitFor();
  const projects = sheet.getByRole('region', { name: 'Assets by project' });
  const used = projects.locator(`a[href="/projects/${ready.projectId}/assets?storage=${storage?._id}"]`);
  await used.waitFor();
  // Figures of one width stretch the hyphens of names.
  expect(await used.evaluate((name) => getComputedStyle(name).fontVariantNumeric)).toBe('normal');
  expect(await used.locator('xpath=..').innerText()).toMatch(/\s5$/);
  await looking.at('storage-sheet');
  await sheet.getByText('Policies and CORS rule').click();
  const policy = sheet.getByRole('region', { name: 'Policy', exact: true });
  await policy.waitFor();
  expect(await policy.textContent()).toContain(`arn:aws:s3:::${ready.sandbox.bucket}/*`);
  await looking.at('storage-documents');
  await sheet.getByText('Policies and CORS rule').click();
  await sheet.getByText('Edit', { exact: true }).click();
  await sheet.getByText('Replace the keys').first().click();
  await looking.at('storage-edit');
  await sheet.getByRole('button', { name: 'Delete storage' }).click();
  const asked = page.getByRole('dialog', { name: 'Delete Sandbox, IAM User?' });
  await asked.getByText('assets are reached through it').waitFor();
  expect(await asked.getByRole('button', { name: 'Delete storage' }).isDisabled()).toBe(true);
  await looking.at('storage-delete-used');
  await looking.end();
});
