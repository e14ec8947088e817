// A hub whose own storage is a bucket: what is dropped lies there, and the browser shows it out of there.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { BINARY } from './demo';
import { ready, useBrowser, Visitor } from './harness';
import { CAT } from './labeling';
import { ACCOUNT, corsFor, inConsole, presigned, type User } from './sandbox';

useBrowser();

const { region, s3Endpoint } = ready.sandbox;
const BUCKET = `own-${Date.now()}`;

const folder = mkdtempSync(join(tmpdir(), 'own-'));
let program: ChildProcess;
let keeper: User;
let url = '';

/** A hub of its own, which nobody has set up yet. */
async function start(): Promise<string> {
  const readyFile = join(folder, 'ready.json');
  const files = ['--data-dir', join(folder, 'data'), '--ready-file', readyFile];
  const place = ['--own-storage', `s3://${BUCKET}/insitu`, '--own-storage-region', region];
  program = spawn(
    BINARY,
    ['serve', '--listen', '127.0.0.1:0', ...files, ...place, '--own-storage-endpoint', s3Endpoint],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        INSITU_OWN_STORAGE_ACCESS_KEY_ID: keeper.accessKeyId,
        INSITU_OWN_STORAGE_SECRET_ACCESS_KEY: keeper.secretAccessKey,
      },
    },
  );
  await vi.waitFor(() => statSync(readyFile), { timeout: 120_000 });
  return (JSON.parse(readFileSync(readyFile, 'utf8')) as { url: string }).url;
}

beforeAll(async () => {
  const statement = (Action: string[], Resource: string) => ({
    Effect: 'Allow',
    Action,
    Resource: [`arn:aws:s3:::${BUCKET}${Resource}`],
  });
  const Statement = [
    statement(['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload'], '/insitu/*'),
    statement(['s3:ListBucket'], ''),
  ];
  keeper = await inConsole<User>('users', {
    arn: `arn:aws:iam::${ACCOUNT}:user/${BUCKET}`,
    policies: [{ Version: '2012-10-17', Statement }],
  });
  await inConsole('buckets', { name: BUCKET, region });
  url = await start();
  await inConsole('buckets', { name: BUCKET, region, cors: corsFor(url) });
});

afterAll(() => {
  program.kill();
  rmSync(folder, { recursive: true, force: true });
});

it('shows a photograph that was dropped, as a thumbnail and whole, out of the bucket', async () => {
  const { accessKeyId, secretAccessKey, bucket } = ready.sandbox;
  const photograph = await fetch(presigned({ accessKeyId, secretAccessKey }, { bucket, key: CAT }));
  const path = join(folder, CAT);
  writeFileSync(path, Buffer.from(await photograph.arrayBuffer()));

  const visitor = await Visitor.come();
  const { page } = visitor;
  const fetched = new Set<string>();
  page.on('response', (response) => {
    const { origin, pathname } = new URL(response.url());
    if (origin === s3Endpoint && response.ok()) fetched.add(pathname);
  });
  await page.goto(`${url}/setup`);
  await page.getByLabel('Organization').fill('Acme Labs');
  await page.getByLabel('Your name').fill('Ada');
  await page.getByLabel('E-mail').fill(ready.email);
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByRole('button', { name: 'Create project' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Dropped');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Dropped', level: 1 }).waitFor();

  await page.getByRole('button', { name: 'Add Data' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog.getByRole('tab', { name: 'Drag and Drop' }).click();
  await dialog.locator('input[data-files]').setInputFiles(path);
  await dialog.getByText('1 file imported.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  const thumbnail = page.locator('[role=gridcell] img');
  await page.locator('[data-thumbnail="shown"]').waitFor();
  await expect.poll(() => thumbnail.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(451);
  await visitor.screenshot('own-bucket-thumbnail');
  await page.locator('[data-asset-index="0"]').click();
  await page.locator('[data-picture="shown"]').waitFor();
  const whole = page.locator('.stage img');
  expect(await whole.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(451);
  await page.getByRole('dialog').getByText('This hub').waitFor();
  await visitor.screenshot('own-bucket-whole');
  expect([...fetched].filter((pathname) => pathname.startsWith(`/${BUCKET}/insitu/`))).toHaveLength(1);
  expect(fetched.size).toBe(1);
  await visitor.leave();
});
