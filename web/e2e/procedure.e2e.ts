// The whole way of a private bucket into a project, as its owner goes it: every document that is put into "AWS" is the one
// that the page shows, and nothing is known beforehand.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';
import { ACCOUNT, corsFor, inConsole } from './sandbox';

useBrowser();

const { region, s3Endpoint } = ready.sandbox;

async function documentOf(page: Page, name: string): Promise<object> {
  const region_ = page.getByRole('dialog').getByRole('region', { name, exact: true });
  return JSON.parse(await region_.innerText()) as object;
}

/** The page's own example, with photographs that are there. */
function listFor(bucket: string): string {
  const address = (key: string) => `https://${bucket}.s3.${region}.amazonaws.com/${key}`;
  return JSON.stringify([
    { data: address('cute-cat.jpg'), externalId: 'cute-cat.jpg', width: 451, height: 300 },
    { data: address('coffee%20cup.jpg'), externalId: 'coffee-cup.jpg', width: 600, height: 400 },
  ]);
}

async function importInto(page: Page, project: string, bucket: string, storage: string) {
  await page.goto('/');
  await page.getByRole('button', { name: 'Create project' }).first().click();
  await page.getByRole('dialog').getByLabel('Name').fill(project);
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: project, level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Assets' }).click();
  await page.getByRole('button', { name: 'Add Data' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog.getByRole('tab', { name: 'Upload Data URL' }).click();
  const configs = dialog.getByText('Advanced Configs');
  if (!(await dialog.getByLabel('Storage Method').isVisible())) await configs.click();
  await dialog.getByLabel('Storage Method').click();
  await page.getByRole('option', { name: storage }).click();
  const buffer = Buffer.from(listFor(bucket));
  await dialog
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'list.json', mimeType: 'application/json', buffer });
  await dialog.getByText('2 rows imported').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).first().click();
  await page.getByRole('grid', { name: 'Assets' }).waitFor();
}

/** Thumbnails are at most 480 px wide. */
async function widths(page: Page): Promise<number[]> {
  return page
    .locator('[role=gridcell] img')
    .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
}

it.each(['IAM User', 'IAM Delegated'] as const)(
  'leads from sign-in to the photographs of a private bucket, by %s',
  async (accessType) => {
    const isDelegated = accessType === 'IAM Delegated';
    const suffix = `${isDelegated ? 'role' : 'user'}-${Date.now()}`;
    const bucket = `procedure-${suffix}`;
    const name = `Procedure by ${accessType} ${Date.now()}`;
    const visitor = await Visitor.come();
    const { page } = visitor;
    await visitor.signIn();
    await inConsole('buckets', { name: bucket, region, samples: true });

    await page.getByRole('link', { name: 'Organization' }).click();
    await page.getByRole('link', { name: 'Storages' }).click();
    await page.getByRole('button', { name: 'Add Storage' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add Storage' });
    await dialog.getByText(accessType, { exact: true }).click();
    await dialog.getByLabel('Buckets').fill(bucket);
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => JSON.stringify(await documentOf(page, 'Policy')))
      .toContain(`arn:aws:s3:::${bucket}/*`);
    const policies = [await documentOf(page, 'Policy')];
    const [cors] = (await documentOf(page, 'CORS rule')) as object[];

    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('Region').fill('Frankfurt');
    await page.getByRole('option', { name: 'Europe (Frankfurt)' }).click();
    // All is as with AWS itself, but for who answers in its place.
    await dialog.getByText('Advanced').click();
    await dialog.getByLabel('Endpoint').fill(s3Endpoint);
    if (isDelegated) {
      const arn = `arn:aws:iam::${ACCOUNT}:role/${suffix}`;
      const trustPolicy = await documentOf(page, 'Trust policy');
      await inConsole('roles', { arn, trustPolicy, policies });
      await dialog.getByLabel('Role ARN').fill(arn);
    } else {
      const user = await inConsole('users', { arn: `arn:aws:iam::${ACCOUNT}:user/${suffix}`, policies });
      await dialog.getByLabel('Access Key ID').fill(user.accessKeyId ?? '');
      await dialog.getByLabel('Secret Access Key', { exact: true }).fill(user.secretAccessKey ?? '');
    }
    // Everything but the CORS rule is there, and the test before anything is saved says so.
    await dialog.getByRole('button', { name: 'Test connection' }).click();
    const outcome = dialog.getByRole('region', { name: 'Test connection' });
    await outcome.getByText('storage.cors_missing').waitFor();
    await visitor.screenshot(`procedure-test-${suffix.slice(0, 4)}`);
    await dialog.getByRole('button', { name: 'OK' }).click();
    await expect.poll(() => dialog.count()).toBe(0);
    const row = page.getByRole('row', { name });
    await row.waitFor();
    // The list says the same of the storage that was saved.
    await row.getByText('Failing').waitFor();

    // Without a CORS rule the browser may not read what it is sent; the hub says which rule is missing.
    await importInto(page, name, bucket, name);
    await page.getByText('Blocked by CORS').first().waitFor();
    await visitor.screenshot(`procedure-no-cors-${suffix.slice(0, 4)}`);
    await page.locator('[data-asset-index="0"]').click();
    await page.locator('[data-cause="storage.cors_missing"]').waitFor();
    await inConsole('buckets', { name: bucket, region, cors: corsFor('https://elsewhere.example.com') });
    await page.reload();
    await page.locator('[data-cause="storage.cors_other_origin"]').waitFor();
    await page.keyboard.press('Escape');
    await inConsole('buckets', { name: bucket, region, cors: [cors] });
    await page.reload();
    await expect.poll(() => widths(page)).toEqual([480, 451]);
    await visitor.screenshot(`procedure-done-${suffix.slice(0, 4)}`);

    // One of them whole, from the address that the list had to the letter.
    await page.locator('[data-asset-index="0"]').click();
    await page.locator('[data-picture="shown"]').waitFor();
    const whole = page.locator('.stage img');
    expect(await whole.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(600);
    const view = page.getByRole('dialog');
    await view.getByText(`${bucket}/`).first().waitFor();
    await visitor.screenshot(`procedure-whole-${suffix.slice(0, 4)}`);
    await page.keyboard.press('Escape');

    await page.goto('/organization/storages');
    await row.getByText(bucket).first().waitFor();
    await page.getByRole('button', { name, exact: true }).click();
    const sheet = page.getByRole('dialog', { name, exact: true });
    await sheet.getByRole('button', { name: 'Test connection' }).click();
    await sheet.getByText('Everything works.').waitFor();
    await page.keyboard.press('Escape');
    await row.getByText('Works').waitFor();
    await visitor.screenshot(`procedure-works-${suffix.slice(0, 4)}`);
    await visitor.leave(/CORS|ERR_FAILED/);
  },
);
