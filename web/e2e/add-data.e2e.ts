import { gzipSync } from 'node:zlib';
import type { Locator } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { assetsOf, fileNameOf, ready, useBrowser, Visitor, type ApiAsset } from './harness';
import { api } from './labeling';
import { holdAtEnd, type Job } from './running';

useBrowser();

let samples: ApiAsset[];
beforeAll(async () => {
  samples = await assetsOf(ready.projectId);
});

const addressOf = (name: string) => samples.find((asset) => fileNameOf(asset) === name)?.data ?? '';

function listOf(rows: object[], name = 'list.json') {
  return { name, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(rows)) };
}

async function freshProject(visitor: Visitor, name: string): Promise<string> {
  const { page } = visitor;
  await page.getByRole('button', { name: 'Create project' }).first().click();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/projects\/[0-9a-f]{24}\/assets/);
  return new URL(page.url()).pathname.split('/')[2] ?? '';
}

it.each(ready.storages)('imports a list through $name and names the row that it refused', async (storage) => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await freshProject(visitor, `Import ${storage.accessType} ${Date.now()}`);
  await page.getByRole('heading', { name: 'No assets yet' }).waitFor();
  await visitor.screenshot('assets-empty');

  await page.getByRole('button', { name: 'Add Data' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog.getByLabel('Storage Method').click();
  await page.getByRole('option', { name: storage.name }).click();
  await dialog.getByLabel('Batches').fill('first batch');
  await page.getByRole('option', { name: 'Create “first batch”' }).click();
  await expect.poll(() => page.getByRole('listbox').count()).toBe(0);
  await dialog.getByLabel('Priority').fill('7');
  await visitor.screenshot(`add-data-configured`);
  await dialog.locator('input[type=file]').setInputFiles(
    listOf([
      { data: addressOf('cute-cat.jpg'), externalId: 'cute-cat.jpg', width: 603, height: 450 },
      { data: addressOf('coffee cup.jpg'), externalId: 'cute-dog.jpg', width: 1800, height: 1200 },
      { data: 'javascript:alert(1)', externalId: 'not-a-picture' },
    ]),
  );
  await dialog.getByText('2 rows imported').waitFor();
  await dialog.getByText('1 row refused').first().waitFor();
  const refused = dialog.getByRole('row').nth(1);
  expect(await refused.innerText()).toContain('Row 3 ');
  expect(await refused.getByRole('cell').nth(1).innerText()).toBe('data');
  await visitor.screenshot('add-data-report');
  const download = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Download CSV' }).click();
  expect(await (await download).failure()).toBeNull();
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  await visitor.picturesDone();
  await expect.poll(() => page.locator('[data-thumbnail="shown"]').count()).toBe(2);
  await page.getByRole('button', { name: 'Batch', exact: true }).click();
  await page.getByRole('menuitemcheckbox', { name: 'first batch' }).click();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(2);
  expect((await assetsOf(projectId)).map(({ storage: id, priority }) => [id, priority])).toEqual([
    [storage._id, 7],
    [storage._id, 7],
  ]);
  await visitor.leave();
});

it('checks a list without importing it, then deletes what was imported', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await freshProject(visitor, `Dry run ${Date.now()}`);
  const rows = listOf([
    { data: addressOf('cute-cat.jpg'), externalId: 'cute-cat.jpg', storage: ready.storages[0]?._id },
  ]);
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog.getByLabel('Storage Method').click();
  await page.getByRole('option', { name: ready.storages[0]?.name }).click();
  await dialog.getByLabel('Dry run').check();
  await dialog.locator('input[type=file]').setInputFiles(rows);
  await dialog.getByText('Dry run: nothing was imported.').waitFor();
  expect(await assetsOf(projectId)).toEqual([]);

  await dialog.getByRole('button', { name: 'Import it now' }).click();
  await dialog.getByText('1 row imported').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[role=gridcell]').first().waitFor();
  await page.locator('[role=gridcell]').first().focus();
  await page.keyboard.press('Space');
  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 1' }).click();
  await page.getByRole('heading', { name: 'No assets are left' }).waitFor();
  await expect.poll(async () => (await assetsOf(projectId)).length).toBe(0);
  await visitor.leave();
});

const importsOf = async (projectId: string) =>
  (await api<{ imports: Job[] }>('GET', `/v2/project/${projectId}/imports`)).imports;

/** A list of so many photographs, packed. */
function packed(count: number): Buffer {
  const data = addressOf('cute-cat.jpg');
  const line = (n: number) => `{"data":"${data}","externalId":"row ${n}","width":451,"height":300}\n`;
  return gzipSync(Array.from({ length: count }, (_, n) => line(n)).join(''), { level: 1 });
}

it('imports 100,000 rows through a closed dialog and a reload in the middle', async () => {
  const rows = 100_000;
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await freshProject(visitor, `Many rows ${Date.now()}`);
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog.getByLabel('Storage Method').click();
  await page.getByRole('option', { name: ready.storages[0]?.name }).click();
  const letGo = await holdAtEnd(page, 'many.ndjson.gz');
  const list = { name: 'many.ndjson.gz', mimeType: 'application/gzip', buffer: packed(rows) };
  await dialog.locator('input[type=file]').setInputFiles(list);
  const facts = page.getByText(/^[\d,]+ of ~[\d,]+$/);
  const told = async () => {
    await facts.waitFor();
    return Number((await facts.innerText()).split(' ')[0]?.replaceAll(',', ''));
  };
  const before = await told();
  await dialog.getByText(/^[\d,]+\/s$/).waitFor();
  await dialog.getByText(/ left$/).waitFor();
  await visitor.screenshot('add-data-running');

  // Whoever closes the dialog finds it at the top right.
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: '1 job running' }).click();
  await page.getByRole('progressbar', { name: /many\.ndjson\.gz/ }).waitFor();
  await visitor.screenshot('jobs-running');
  await page.getByRole('button', { name: /^many\.ndjson\.gz/ }).click();
  const report = page.getByRole('dialog', { name: 'Import' });
  await report.waitFor();
  await expect.poll(told).toBeGreaterThan(before);

  const atReload = await told();
  await page.reload();
  await page.getByRole('button', { name: 'Add Data' }).first().click();
  await dialog.getByRole('button', { name: /many\.ndjson\.gz/ }).click();
  await expect.poll(told).toBeGreaterThan(atReload);
  await visitor.screenshot('add-data-running-again');
  letGo();
  await dialog.getByText(`${rows.toLocaleString('en')} rows imported`).waitFor({ timeout: 80_000 });
  expect((await importsOf(projectId))[0]?.rowsImported).toBe(rows);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.getByText(`${rows.toLocaleString('en')} assets`).waitFor({ timeout: 60_000 });
  const listed = await assetsOf(projectId, { sort: 'externalId', limit: '2' });
  expect(listed.map(({ externalId }) => externalId)).toEqual(['row 0', 'row 1']);
  await visitor.leave();
});

/** Drops a list as a person does, out of the page's own memory; where on the page does not matter. */
async function drop(place: Locator, rows: object[], name: string) {
  const transfer = await place.page().evaluateHandle(
    ({ text, name }) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: 'application/json' }));
      return transfer;
    },
    { text: JSON.stringify(rows), name },
  );
  // The box calls itself another way while something is held above the page.
  const target = await place.elementHandle();
  await target?.dispatchEvent('dragover', { dataTransfer: transfer });
  await target?.dispatchEvent('drop', { dataTransfer: transfer });
}

it('keeps a file that is dropped where nothing takes it from opening in place of the page', async () => {
  const visitor = await Visitor.come();
  await visitor.signIn();
  const isKept = await visitor.page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['[]'], 'list.json'));
    const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer });
    document.querySelector('main')?.dispatchEvent(event);
    return event.defaultPrevented;
  });
  expect(isKept).toBe(true);
  await visitor.leave();
});

it('takes a list that is dropped on the box, by the policies that were chosen', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await freshProject(visitor, `Dropped list ${Date.now()}`);
  const storage = ready.storages[0]?._id;
  const row = (file: string, externalId: string) => ({
    data: addressOf(file),
    externalId,
    storage,
    width: 3,
    height: 2,
  });
  const known = { assets: [row('cute-cat.jpg', 'one'), row('cute-cat.jpg', 'two')] };
  await api('POST', `/v2/project/${projectId}/cloud`, known);
  const choose = async (label: string, option: string) => {
    await dialog.getByLabel(label).click();
    await page.getByRole('option', { name: option }).click();
  };
  const files = async () => {
    const all = await assetsOf(projectId);
    return Object.fromEntries(all.map((asset) => [asset.externalId, fileNameOf(asset)]));
  };
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  const box = dialog.getByRole('button', { name: /^Drop/ });
  const rows = [
    row('coffee cup.jpg', 'one'),
    { data: 'ftp://nowhere/a.jpg' },
    row('coffee cup.jpg', 'three'),
  ];

  await choose('If a row is wrong', 'Refuse the whole file');
  // Beside the box.
  await drop(dialog.getByRole('heading', { name: 'Add Data' }), rows, 'refused.json');
  await dialog.getByRole('alert').getByText('import.rows_refused').waitFor();
  await visitor.screenshot('add-data-whole-file-refused');
  expect(await files()).toEqual({ one: 'cute-cat.jpg', two: 'cute-cat.jpg' });

  await dialog.getByRole('button', { name: 'Import another list' }).click();
  await choose('If a row is wrong', 'Skip it and report it');
  await choose('If an External ID exists already', 'Update the asset');
  await drop(box, rows, 'updated.json');
  await dialog.getByText('1 row imported').waitFor();
  await dialog.getByText('1 row updated').waitFor();
  await dialog.getByText('1 row refused').first().waitFor();
  expect(await files()).toEqual({ one: 'coffee cup.jpg', two: 'cute-cat.jpg', three: 'coffee cup.jpg' });
  await visitor.leave();
});

it('gathers refused rows by their reason, in sentences, and says which rows they are', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await freshProject(visitor, `Refused rows ${Date.now()}`);
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  const good = { data: addressOf('cute-cat.jpg'), storage: ready.storages[0]?._id, nickname: 'Tom' };
  const bad = ['ftp://one/a.jpg', 'ftp://two/b.jpg', 'no address', 'gs://three/c.jpg'];
  await dialog.locator('input[type=file]').setInputFiles(listOf([good, ...bad.map((data) => ({ data }))]));
  await dialog.getByText('4 rows refused').waitFor();
  await dialog.getByText('1 row with a notice').waitFor();
  const rows = dialog.getByRole('table').getByRole('row');
  await expect.poll(() => rows.count()).toBe(4);
  expect(await rows.nth(1).innerText()).toMatch(
    /^✕\s*3 refused\s+data\s+For example row 2: Addresses beginning with "ftp:" are not imported\. Use /,
  );
  expect(await rows.nth(1).innerText()).toContain('Rows 2, 3, 5');
  expect(await rows.nth(2).innerText()).toMatch(/^✕\s*1 refused\s+data\s+"no address" is not a URL\. Write /);
  // What was imported all the same stands behind what was not.
  expect(await rows.nth(3).innerText()).toMatch(/^▲\s*1 noticed/);
  await visitor.screenshot('add-data-refused');
  expect(await visitor.axe()).toEqual([]);
  await visitor.leave();
});

it('says why a file is not a list', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await freshProject(visitor, `Not a list ${Date.now()}`);
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog.locator('input[type=file]').setInputFiles({
    name: 'cut-off.json',
    mimeType: 'application/json',
    buffer: Buffer.from('[{"data":"https://'),
  });
  await dialog.getByRole('alert').waitFor();
  await visitor.screenshot('add-data-failed');
  await visitor.leave();
});
