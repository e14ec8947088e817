// The whole way of a private bucket into a project, as its owner goes it: every document that is put into "AWS" is the one
// that the page shows, and nothing is known beforehand.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';

useBrowser();

const ACCOUNT = '111122223333';
const { region, s3Endpoint } = ready.sandbox;

/** What a person would do in AWS's console. */
async function console_(kind: 'buckets' | 'users' | 'roles', document: object) {
  const response = await fetch(`${s3Endpoint}/_sandbox/${kind}`, {
    method: 'PUT',
    body: JSON.stringify(document),
  });
  const answer = (await response.json()) as Record<string, string>;
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return answer;
}

const RULE = (origin: string) => ({ AllowedMethods: ['GET', 'HEAD'], AllowedOrigins: [origin] });

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
    await console_('buckets', { name: bucket, region, samples: true });

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
    await dialog.getByLabel('Provider').click();
    await page.getByRole('option', { name: 'S3-compatible server' }).click();
    await dialog.getByLabel('Endpoint').fill(s3Endpoint);
    await dialog.getByLabel('Region').fill(region);
    if (isDelegated) {
      const arn = `arn:aws:iam::${ACCOUNT}:role/${suffix}`;
      const trustPolicy = await documentOf(page, 'Trust policy');
      await console_('roles', { arn, trustPolicy, policies });
      await dialog.getByLabel('Role ARN').fill(arn);
    } else {
      const user = await console_('users', { arn: `arn:aws:iam::${ACCOUNT}:user/${suffix}`, policies });
      await dialog.getByLabel('Access Key ID').fill(user.accessKeyId ?? '');
      await dialog.getByLabel('Secret Access Key', { exact: true }).fill(user.secretAccessKey ?? '');
    }
    await dialog.getByRole('button', { name: 'OK' }).click();
    await expect.poll(() => dialog.count(), { timeout: 15_000 }).toBe(0);
    const row = page.getByRole('row', { name });
    await row.waitFor();
    // What was tried with the buckets that were named: the pictures cannot be read by a browser yet.
    await row.getByText('Failing').waitFor({ timeout: 15_000 });

    // Without a CORS rule the browser may not read what it is sent; the hub says which rule is missing.
    await importInto(page, name, bucket, name);
    await page.getByText('Blocked by CORS').first().waitFor({ timeout: 15_000 });
    await visitor.screenshot(`procedure-no-cors-${suffix.slice(0, 4)}`);
    await page.locator('[data-asset-index="0"]').click();
    await page.locator('[data-cause="storage.cors_missing"]').waitFor({ timeout: 15_000 });
    await console_('buckets', { name: bucket, region, cors: [RULE('https://elsewhere.example.com')] });
    await page.reload();
    await page.locator('[data-cause="storage.cors_other_origin"]').waitFor({ timeout: 15_000 });
    await page.keyboard.press('Escape');
    await console_('buckets', { name: bucket, region, cors: [cors] });
    await page.reload();
    await expect.poll(() => widths(page), { timeout: 15_000 }).toEqual([480, 451]);
    await visitor.screenshot(`procedure-done-${suffix.slice(0, 4)}`);

    await page.goto('/organization/storages');
    await page.getByRole('row', { name }).getByText(bucket).first().waitFor();
    await visitor.context.close();
    // What the bucket refuses, the browser tells.
    expect(visitor.errors.filter((error) => !/CORS|ERR_FAILED/.test(error))).toEqual([]);
  },
);
