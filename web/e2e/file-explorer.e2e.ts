// File Explorer: a bucket is looked into and what is picked becomes assets, by mouse and by keyboard.
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bucket, connect } from './bucket';
import { assetsOf, PHONE, useBrowser, Visitor, WIDE, type Theme } from './harness';
import { api } from './labeling';

useBrowser();

const many = Array.from({ length: 2_345 }, (_, n) => `archive/${String(n).padStart(5, '0')}.jpg`);
const bucket = new Bucket([
  ...many,
  'berlin/',
  'berlin/day 1/a+b.jpg',
  'berlin/day 1/c.jpg',
  'berlin/notes.txt',
  'berlin/x.jpg',
  'berlin/y.jpg',
  'berlin/z.JPG',
  'empty/',
  'top.jpg',
]);
let storage = '';
let two = '';
const name = `Survey ${Date.now()}`;

beforeAll(async () => {
  const endpoint = await bucket.start();
  storage = await connect(endpoint, name);
  two = await connect(endpoint, `${name} and more`, { prefixes: [bucket.name, 'field-archive'] });
});
afterAll(async () => {
  bucket.stop();
  for (const made of [storage, two]) await api('DELETE', `/v2/storages/${made}?force=true`);
});

async function project(title: string): Promise<string> {
  const made = (await api('POST', '/v2/project', { name: `${title} ${Date.now()}` })) as {
    project: { _id: string };
  };
  return made.project._id;
}

async function openTab(visitor: Visitor, projectId: string, chooses = true, named = name): Promise<Locator> {
  const { page } = visitor;
  await page.goto(`/projects/${projectId}/assets`);
  await page.getByRole('button', { name: 'Add Data' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog.getByRole('tab', { name: 'File Explorer' }).click();
  if (!chooses) return dialog;
  await dialog.getByLabel('Storage Method').click();
  await page.getByRole('option', { name: new RegExp(`^${named} IAM`) }).click();
  return dialog;
}

async function look(dialog: Locator, wanted = bucket.name) {
  await dialog.getByRole('combobox', { name: 'Bucket' }).fill(wanted);
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
}

/** The row of a folder or file: its name is followed by its size and time. */
function row(dialog: Locator, label: string): Locator {
  const literal = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return dialog.getByRole('option', { name: new RegExp(`^${literal}( |$)`) });
}

const externalIds = async (projectId: string) =>
  (await assetsOf(projectId)).map(({ externalId }) => externalId).sort();

it('imports what is picked by mouse: a folder, a range, one more', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await project('Picked');
  const dialog = await openTab(visitor, projectId);
  await look(dialog);
  await row(dialog, 'Folder berlin/').dblclick();
  await row(dialog, 'x.jpg').click();
  await row(dialog, 'z.JPG').click({ modifiers: ['Shift'] });
  await row(dialog, 'Folder day 1/').click({ modifiers: ['Control'] });
  await dialog.getByText('1 folder, 3 files selected.').waitFor();
  await dialog.getByText('Advanced Configs').click();
  await dialog.getByLabel('Folder names as batches').check();
  await visitor.screenshot('file-explorer-picked');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByText('5 rows imported').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(5);
  await visitor.picturesDone();
  await expect.poll(() => page.locator('[data-thumbnail="shown"]').count()).toBe(5);
  expect(await externalIds(projectId)).toEqual([
    'berlin/day 1/a+b.jpg',
    'berlin/day 1/c.jpg',
    'berlin/x.jpg',
    'berlin/y.jpg',
    'berlin/z.JPG',
  ]);
  const batches = new Set((await assetsOf(projectId)).flatMap((asset) => asset.batches));
  expect([...batches].sort()).toEqual(['berlin', 'day 1']);
  await visitor.leave();
});

it('is led by keyboard alone, through thousands of files', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await project('Keys');
  const dialog = await openTab(visitor, projectId);
  await look(dialog);
  const list = dialog.getByRole('listbox');
  await list.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await row(dialog, '00000.jpg').waitFor();
  await expect.poll(() => list.evaluate((element) => element === document.activeElement)).toBe(true);
  // Each press reaches the end of what is listed, and the next page comes.
  await expect
    .poll(async () => {
      await page.keyboard.press('End');
      return row(dialog, '02344.jpg').count();
    })
    .toBe(1);
  expect(await list.getByRole('option').count()).toBeLessThan(60);
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowUp');
  await page.keyboard.press('Shift+ArrowUp');
  await dialog.getByText('3 files selected.').waitFor();
  await page.keyboard.press('Backspace');
  await row(dialog, 'Folder berlin/').waitFor();
  await expect.poll(() => list.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.press('Space');
  await dialog.getByText('1 folder selected.').waitFor();
  await dialog.getByRole('button', { name: 'Import', exact: true }).focus();
  await page.keyboard.press('Enter');
  await dialog.getByText('2,345 rows imported').waitFor();
  expect((await assetsOf(projectId)).length).toBe(1000);
  await visitor.leave();
});

it('goes on after a reload, and takes only the extensions that are meant', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await project('Reload');
  let dialog = await openTab(visitor, projectId);
  await look(dialog);
  await row(dialog, 'Folder berlin/').dblclick();
  await row(dialog, 'notes.txt').waitFor();
  await dialog.getByText('Advanced Configs').click();
  await dialog.getByLabel('Extensions').fill('jpg');
  await expect.poll(() => row(dialog, 'notes.txt').count()).toBe(0);
  let open = () => {};
  bucket.gate = new Promise((resolve) => (open = resolve));
  await dialog.getByRole('button', { name: 'Import all of berlin' }).click();
  await dialog.getByText('Looking through the bucket').waitFor();
  await visitor.screenshot('file-explorer-listing');
  await page.reload();
  dialog = await openTab(visitor, projectId, false);
  await dialog.getByText('Looking through the bucket').waitFor();
  bucket.gate = null;
  open();
  await dialog.getByText('5 rows imported').waitFor();
  expect(await externalIds(projectId)).not.toContain('berlin/notes.txt');
  await visitor.leave();
});

it('offers the buckets of a storage before anything is typed, and cuts nothing off', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const dialog = await openTab(visitor, await project('Buckets'), true, `${name} and more`);
  await dialog.getByText('Buckets that this storage leads to').waitFor();
  expect(await dialog.getByRole('button', { name: /^field-/ }).allInnerTexts()).toEqual([
    'field-archive',
    bucket.name,
  ]);
  await visitor.screenshot('file-explorer-buckets');
  expect(await visitor.axe()).toEqual([]);
  await dialog.getByRole('button', { name: bucket.name }).focus();
  await page.keyboard.press('Enter');
  await row(dialog, 'Folder berlin/').waitFor();
  expect(await dialog.getByRole('combobox', { name: 'Bucket' }).inputValue()).toBe(bucket.name);
  const options = dialog.getByText('Advanced Configs');
  const button = dialog.getByRole('button', { name: `Import all of ${bucket.name}` });
  const isAbove = async (part: Locator) => {
    const [upper, lower] = [await part.boundingBox(), await button.boundingBox()];
    return !!upper && !!lower && upper.y + upper.height <= lower.y;
  };
  expect(await isAbove(options)).toBe(true);
  await options.click();
  await expect.poll(() => isAbove(dialog.getByLabel('Dry run'))).toBe(true);
  await visitor.screenshot('file-explorer-options');
  await visitor.leave();
});

const looks: { theme: Theme; size: string; viewport: typeof WIDE }[] = [
  { theme: 'light', size: '1280', viewport: WIDE },
  { theme: 'dark', size: '1280', viewport: WIDE },
  { theme: 'light', size: '360', viewport: PHONE },
  { theme: 'dark', size: '360', viewport: PHONE },
];

it.each(looks)('is accessible in every state in $theme at $size px', async ({ theme, size, viewport }) => {
  const visitor = await Visitor.come(theme, viewport);
  const wrong: string[] = [];
  async function seen(state: string) {
    await visitor.screenshot(`file-explorer-${state}-${size}-${theme}`);
    wrong.push(...(await visitor.axe()).map((found) => `${state}: ${found}`));
    if (await visitor.overflows()) wrong.push(`${state}: wider than the screen`);
  }
  await visitor.signIn();
  const dialog = await openTab(visitor, await project('Looks'));
  await dialog.getByText('Look into a bucket').or(dialog.getByRole('listbox')).waitFor();
  await seen('begin');

  let open = () => {};
  bucket.gate = new Promise((resolve) => (open = resolve));
  await look(dialog);
  await dialog.getByRole('status', { name: 'Looking into the bucket…' }).waitFor();
  // Its shape is not shown before it was worth it.
  await dialog.locator('.skeleton').first().waitFor();
  await seen('loading');
  bucket.gate = null;
  open();
  await row(dialog, 'Folder berlin/').click();
  await row(dialog, 'top.jpg').click({ modifiers: ['Shift'] });
  await dialog.getByText('Advanced Configs').click();
  await seen('full');
  await row(dialog, 'Folder empty/').dblclick();
  await dialog.getByText('Nothing here').waitFor();
  await seen('empty');

  bucket.refusal = { status: 403, code: 'AccessDenied' };
  await dialog.getByRole('button', { name: 'List again' }).click();
  const alert = dialog.getByRole('alert');
  await alert.getByText('storage.list_denied').waitFor();
  expect(await alert.innerText()).toContain(`s3:ListBucket on arn:aws:s3:::${bucket.name}`);
  await seen('denied');
  bucket.refusal = null;
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await dialog.getByText('Nothing here').waitFor();
  await look(dialog, 'no-such-bucket');
  await dialog.getByText('storage.no_such_bucket').waitFor();
  await seen('failed');
  expect(wrong).toEqual([]);
  // The browser itself says of every refused request that it was.
  await visitor.leave(/^Failed to load resource/);
});
