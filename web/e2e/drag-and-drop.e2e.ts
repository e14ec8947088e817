// Drag and Drop: files are copied to the hub and become assets, each once, whatever happens in the middle.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { assetsOf, PHONE, useBrowser, Visitor, WIDE, type Theme } from './harness';
import { api } from './labeling';

useBrowser();

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg==',
  'base64',
);

const folder = mkdtempSync(join(tmpdir(), 'drop-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Pictures on the disk, no two alike; their paths. */
function pictures(below: string, count: number): string[] {
  mkdirSync(join(folder, below), { recursive: true });
  return Array.from({ length: count }, (_, n) => {
    const path = join(folder, below, `photo ${String(n).padStart(2, '0')}.png`);
    writeFileSync(path, Buffer.concat([PIXEL, Buffer.from(String(n))]));
    return path;
  });
}

async function project(title: string): Promise<string> {
  const made = (await api('POST', '/v2/project', { name: `${title} ${Date.now()}` })) as {
    project: { _id: string };
  };
  return made.project._id;
}

async function openTab(visitor: Visitor, projectId: string): Promise<Locator> {
  await visitor.page.goto(`/projects/${projectId}/assets`);
  await visitor.page.getByRole('button', { name: 'Add Data' }).first().click();
  const dialog = visitor.page.getByRole('dialog', { name: 'Add Data' });
  await dialog.getByRole('tab', { name: 'Drag and Drop' }).click();
  await dialog.getByRole('group', { name: 'Drop files or folders here, or choose' }).waitFor();
  return dialog;
}

/** Drops files as a person does, out of the page's own memory. */
async function drop(dialog: Locator, files: { name: string; text: string }[]) {
  const transfer = await dialog.page().evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, text } of files)
      transfer.items.add(new File([text], name, { lastModified: 1_700_000_000_000 }));
    return transfer;
  }, files);
  await dialog
    .getByRole('group', { name: 'Drop files or folders here, or choose' })
    .dispatchEvent('drop', { dataTransfer: transfer });
}

it('is on record by the name of the file, or by how many there were', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await project('Told');
  const dialog = await openTab(visitor, projectId);
  await dialog.locator('input[data-files]').setInputFiles(pictures('told', 3));
  await dialog.getByText('3 files imported.').waitFor();
  await drop(dialog, [{ name: 'alone.txt', text: 'a note' }]);
  await dialog.getByText('4 files imported.').waitFor();
  await page.goto(`/projects/${projectId}/overview`);
  await page.getByText('imported 3 dropped files').waitFor();
  await page.getByText('imported alone.txt').waitFor();
  expect(await page.getByText(/import(ed)? API/).count()).toBe(0);
  await page.goto('/organization/activity?kind=import');
  await page.getByText('imported 3 dropped files').first().waitFor();
  await visitor.leave();
});

const externalIds = async (projectId: string) =>
  (await assetsOf(projectId)).map(({ externalId }) => externalId).sort();

it('copies what is dropped, names what it does not take, and shows the assets', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await project('Dropped');
  const dialog = await openTab(visitor, projectId);
  await dialog.getByLabel('Batches').fill('from the desk');
  await page.getByRole('option', { name: 'Create “from the desk”' }).click();
  await expect.poll(() => page.getByRole('listbox').count()).toBe(0);
  await drop(dialog, [
    { name: 'notes.txt', text: 'a note' },
    { name: 'setup.exe', text: 'MZ' },
    { name: 'nothing.png', text: '' },
  ]);
  await dialog.getByText('2 files are not sent').waitFor();
  await dialog.getByText('this type cannot be labeled').waitFor();
  await dialog.getByText('the file is empty').waitFor();
  await dialog.locator('input[data-files]').setInputFiles(pictures('few', 3));
  await dialog.getByText('4 files imported.').waitFor();
  await visitor.screenshot('drag-and-drop-done');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await visitor.picturesDone();
  await expect.poll(() => page.locator('[data-thumbnail="shown"]').count()).toBe(3);
  expect(await externalIds(projectId)).toEqual(['notes.txt', 'photo 00.png', 'photo 01.png', 'photo 02.png']);
  expect((await assetsOf(projectId)).every(({ batches }) => batches.includes('from the desk'))).toBe(true);
  await visitor.leave();
});

it('takes a list to the tab that reads it, and a picture dropped there back to this one', async () => {
  const visitor = await Visitor.come();
  await visitor.signIn();
  const projectId = await project('Carried');
  const dialog = await openTab(visitor, projectId);
  await drop(dialog, [{ name: 'rows.csv', text: 'data,externalId\nhttps://example.invalid/a.jpg,listed\n' }]);
  await dialog.getByText('a list of addresses is imported under Upload Data URL').waitFor();
  await visitor.screenshot('drag-and-drop-list');
  await dialog.getByRole('button', { name: 'Import rows.csv under Upload Data URL' }).click();
  await dialog.getByText('1 row imported').waitFor();
  await dialog.getByRole('tab', { name: 'Upload Data URL', selected: true }).waitFor();

  await dialog.getByRole('button', { name: 'Import another list' }).click();
  await dialog.locator('input[type=file]').setInputFiles(pictures('carried', 1));
  await dialog.getByText('“photo 00.png” is no list of addresses.').waitFor();
  await visitor.screenshot('add-data-no-list');
  await dialog.getByRole('button', { name: 'Copy it there' }).click();
  await dialog.getByText('1 file imported.').waitFor();
  await dialog.getByRole('tab', { name: 'Drag and Drop', selected: true }).waitFor();
  expect(await externalIds(projectId)).toEqual(['listed', 'photo 00.png']);
  // The listed picture is nowhere.
  await visitor.leave(/example\.invalid/);
});

it('sends nothing again after a reload in the middle, and makes no asset twice', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await project('Reloaded');
  let dialog = await openTab(visitor, projectId);
  pictures('trip/berlin', 12);
  // After five files the hub is slow: these wait until the page goes away.
  const put: string[] = [];
  let held = true;
  await page.route('**/v2/files/**', async (route) => {
    if (route.request().method() !== 'PUT') return route.continue();
    if (held && put.length >= 5) return;
    put.push(new URL(route.request().url()).pathname);
    await route.continue();
  });
  await dialog.locator('input[data-folder]').setInputFiles(join(folder, 'trip'));
  await expect.poll(() => dialog.getByRole('listitem').filter({ hasText: 'Sent' }).count()).toBe(5);
  await page.reload();
  held = false;
  dialog = await openTab(visitor, projectId);
  // What was sent before is finished, though nobody drops it again.
  await expect.poll(async () => (await assetsOf(projectId)).length).toBe(5);
  await dialog.locator('input[data-folder]').setInputFiles(join(folder, 'trip'));
  await dialog.getByText('12 files imported.').waitFor();
  expect(await dialog.getByText('Was there already').count()).toBe(5);
  expect(put.length).toBe(12);
  expect(new Set(put).size).toBe(12);
  const expected = Array.from(
    { length: 12 },
    (_, n) => `trip/berlin/photo ${String(n).padStart(2, '0')}.png`,
  );
  expect(await externalIds(projectId)).toEqual(expected);
  await visitor.leave();
});

it('tries again what failed, and cancels one of many', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await project('Failing');
  const dialog = await openTab(visitor, projectId);
  let refuses = true;
  await page.route('**/v2/getUploadUrl*', (route) =>
    refuses
      ? route.fulfill({
          status: 507,
          json: { status: 'error', code: 'upload.disk_full', message: 'The hub’s disk is full.' },
        })
      : route.continue(),
  );
  await page.clock.install();
  await dialog.locator('input[data-files]').setInputFiles(pictures('bad', 6));
  await dialog.getByRole('button', { name: 'Cancel photo 05.png' }).click();
  const failed = dialog.getByText('5 files failed');
  for (let waits = 0; waits < 60 && (await failed.count()) === 0; waits += 1) await page.clock.runFor(15_000);
  await failed.waitFor();
  await dialog.getByRole('alert').getByText('upload.disk_full').waitFor();
  await visitor.screenshot('drag-and-drop-failed');
  refuses = false;
  await dialog.getByRole('button', { name: 'Try again', exact: true }).click();
  for (let waits = 0; waits < 4; waits += 1) await page.clock.runFor(1_000);
  await dialog.getByText('5 files imported.').waitFor();
  expect((await externalIds(projectId)).length).toBe(5);
  await visitor.leave(/status of 507/);
});

/** A link as slow as this, in bytes a second; without one, as fast as it is; or no network at all. */
async function network(visitor: Visitor, uploadThroughput: number | null) {
  const session = await visitor.context.newCDPSession(visitor.page);
  const conditions = { latency: 0, downloadThroughput: -1, uploadThroughput: uploadThroughput ?? -1 };
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { ...conditions, offline: uploadThroughput === 0 });
}

const MIB = 1 << 20;

it('goes on at the byte where the network or the page went away', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await project('Cut off');
  let dialog = await openTab(visitor, projectId);
  const content = randomBytes(20 * MIB);
  const path = join(folder, 'scan.dcm');
  writeFileSync(path, content);
  const begun: number[] = [];
  let name = '';
  page.on('request', (request) => {
    if (request.method() !== 'PATCH') return;
    begun.push(Number(request.headers()['upload-offset']));
    name = new URL(request.url()).pathname.split('/').at(-1) ?? '';
  });
  type Found = { parts: { receivedBytes: number }[] };
  const kept = async () => {
    const body = { names: [name || 'none'] };
    const found = (await api('POST', `/v2/project/${projectId}/uploads`, body)) as Found;
    return found.parts[0]?.receivedBytes ?? 0;
  };
  // Slow enough to be cut in the middle of a part, once by the network and once by a reload, also where this test is slow.
  await network(visitor, MIB);
  await dialog.locator('input[data-files]').setInputFiles(path);
  await expect.poll(kept, { timeout: 30_000, interval: 20 }).toBeGreaterThan(MIB);
  await network(visitor, 0);
  await dialog.getByText('You are offline. The upload goes on when the network is back.').waitFor();
  await visitor.screenshot('drag-and-drop-offline');
  expect(begun).toEqual([0]);
  await network(visitor, MIB / 2);
  await expect.poll(() => begun.length).toBeGreaterThan(1);
  const second = begun.at(1) ?? 0;
  expect(second).toBeGreaterThan(MIB);
  await expect.poll(kept, { timeout: 30_000, interval: 20 }).toBeGreaterThan(second + MIB);
  // Closing the dialog stops nothing and hides nothing, and closing the tab is asked about.
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: '1 job running' }).click();
  await page.getByRole('progressbar', { name: /0 of 1 file/ }).waitFor();
  await visitor.screenshot('jobs-sending');
  expect(await visitor.axe()).toEqual([]);
  await page.keyboard.press('Escape');
  // Nor does the page open itself anew, as it would when it is refused a host.
  await page.evaluate((url) => void fetch(url).catch(() => {}), 'http://127.0.0.2:9/stolen');
  await page.getByText('This page was opened before').waitFor();
  const asked: string[] = [];
  page.on('dialog', (question) => {
    asked.push(question.type());
    void question.accept();
  });
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
  const before = begun.length;
  await network(visitor, null);
  dialog = await openTab(visitor, projectId);
  await dialog.locator('input[data-files]').setInputFiles(path);
  await dialog.getByText('1 file imported.').waitFor();
  expect(begun.at(before)).toBeGreaterThan(second + MIB);
  expect(content.length - (begun.at(before) ?? 0)).toBeLessThan(content.length);
  const [asset] = await assetsOf(projectId);
  const body = { assets: [asset?._id] };
  const signed = (await api('POST', `/v2/project/${projectId}/assets/sign`, body)) as {
    urls: { url: string }[];
  };
  const there = Buffer.from(await (await fetch(signed.urls[0]?.url ?? '')).arrayBuffer());
  expect(there.equals(content)).toBe(true);
  // The browser itself says of every request that found no network that it did.
  await visitor.leave(/^Failed to load resource|127\.0\.0\.2:9/);
});

const looks: { theme: Theme; size: string; viewport: typeof WIDE }[] = [
  { theme: 'light', size: '1280', viewport: WIDE },
  { theme: 'dark', size: '1280', viewport: WIDE },
  { theme: 'light', size: '360', viewport: PHONE },
  { theme: 'dark', size: '360', viewport: PHONE },
];

it.each(looks)('is accessible in every state in $theme at $size px', async ({ theme, size, viewport }) => {
  const visitor = await Visitor.come(theme, viewport);
  const { page } = visitor;
  const wrong: string[] = [];
  async function seen(state: string) {
    await visitor.screenshot(`drag-and-drop-${state}-${size}-${theme}`);
    wrong.push(...(await visitor.axe()).map((found) => `${state}: ${found}`));
    if (await visitor.overflows()) wrong.push(`${state}: wider than the screen`);
  }
  await visitor.signIn();
  const dialog = await openTab(visitor, await project('Looks'));
  await seen('empty');
  let sent = 0;
  await page.route('**/v2/files/**', (route) => (++sent > 6 ? undefined : route.continue()));
  await dialog.locator('input[data-files]').setInputFiles(pictures('looks', 20));
  await drop(dialog, [{ name: 'setup.exe', text: 'MZ' }]);
  await expect.poll(() => dialog.getByRole('listitem').filter({ hasText: 'Sent' }).count()).toBe(6);
  await seen('sending');
  await dialog.getByRole('button', { name: 'Cancel all' }).click();
  await dialog.getByText('6 files imported.').waitFor();
  await seen('done');
  expect(wrong).toEqual([]);
  await visitor.leave();
});
