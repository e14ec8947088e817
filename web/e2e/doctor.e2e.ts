// What keeps a picture away, named: by the browser's own check of a storage, in a cell, in the large view, while labeling.
import { afterEach, beforeAll, expect, it } from 'vitest';
import { PHONE, assetsOf, ready, useBrowser, Visitor, WIDE, type ApiAsset } from './harness';
import { CAT, makeProject } from './labeling';
import { FROM_BUCKETS, misbehave, type Fault } from './sandbox';

useBrowser();

const OTHER_ORIGIN = { fault: 'other-origin', origin: 'https://elsewhere.example' };

let byUser: ApiAsset;
let byRole: ApiAsset;
beforeAll(async () => {
  const assets = await assetsOf(ready.projectId);
  const of = (accessType: string) => {
    const storage = ready.storages.find((one) => one.accessType === accessType)?._id;
    const found = assets.find((asset) => asset.storage === storage);
    if (!found) throw new Error(`no asset of ${accessType}`);
    return found;
  };
  [byUser, byRole] = [of('IAM_USER'), of('IAM_DELEGATED')];
});
afterEach(async () => void (await misbehave()));

async function look(asset: ApiAsset, size = WIDE) {
  const visitor = await Visitor.come('light', size);
  await visitor.signIn();
  await visitor.openAssets(ready.projectId, `?asset=${asset._id}`);
  return visitor;
}

it('are told apart by the browser’s own check of a storage: no rule, another origin’s, the right one', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto('/organization/storages');
  const name = ready.storages.find((one) => one.accessType === 'IAM_USER')?.name ?? '';
  await page.getByRole('button', { name, exact: true }).click();
  const sheet = page.getByRole('dialog', { name, exact: true });
  const test = sheet.getByRole('button', { name: 'Test connection' });
  const outcome = sheet.getByRole('region', { name: 'Test connection' });
  const own = outcome.locator('[data-check="browser"]');

  for (const [fault, cause] of [
    [{ fault: 'no-cors' }, 'storage.cors_missing'],
    [OTHER_ORIGIN, 'storage.cors_other_origin'],
  ] as const) {
    await misbehave(fault);
    await test.click();
    await outcome.getByText('One thing is in the way').waitFor();
    await outcome.getByText(cause).waitFor();
    // What the hub found is told once: the browser only says that it meets the same.
    expect(await own.innerText()).toContain('This browser meets the same');
    expect(await outcome.getByText('Failed:').count()).toBe(1);
    expect(await outcome.getByText('browser.cors').count()).toBe(0);
  }
  await own.scrollIntoViewIfNeeded();
  await visitor.screenshot('doctor-browser-cors');

  await misbehave();
  await test.click();
  await outcome.getByText('Everything works.').waitFor();
  expect(await own.getAttribute('class')).toContain('passed');

  // Whatever stands between this browser and the bucket, the hub cannot see.
  await page.route(`${ready.sandbox.s3Endpoint}/**`, (route) => route.abort());
  await test.click();
  await outcome.getByText('One thing is in the way').waitFor();
  expect(await own.innerText()).toContain('browser.network');
  expect(await outcome.getByText('Failed:').count()).toBe(1);
  await visitor.screenshot('doctor-browser-network');
  expect(await visitor.axe()).toEqual([]);
  await visitor.leave();
});

it.each([
  [{ fault: 'no-cors' }, 'storage.cors_missing', 'Blocked by CORS'],
  [{ fault: 'bomb' }, 'storage.not_decodable', 'Cannot be decoded'],
] as [Fault, string, string][])(
  'are named in the large view with the whole way to them: %o',
  async (fault, code, heading) => {
    await misbehave(fault);
    const visitor = await look(byUser);
    const { page } = visitor;
    const note = page.getByRole('alert');
    await page.locator(`[data-cause="${code}"]`).waitFor();
    await note.getByRole('heading', { name: heading }).waitFor();
    await note.getByRole('button', { name: 'Why can’t I see this?' }).click();
    const dialog = page.getByRole('dialog', { name: /^Why can’t I see/ });
    const failed = dialog.locator('li.failed');
    await failed.getByText(code).waitFor();
    expect(await failed.count()).toBe(1);
    expect(await dialog.getByRole('listitem').count()).toBeGreaterThan(4);
    await failed.getByRole('button', { name: 'Copy the cause' }).waitFor();
    await visitor.screenshot(`why-${code}`);
    await page.keyboard.press('Escape');
    await expect.poll(() => dialog.count()).toBe(0);
    // Once mended, the same view shows the picture.
    await misbehave();
    await note.getByRole('button', { name: 'Try again' }).click();
    await page.locator('[data-picture="shown"]').waitFor();
    await visitor.leave(FROM_BUCKETS);
  },
);

it('are read on where they were asked for, also when the picture is given up meanwhile', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  let giveUp = () => {};
  const held = new Promise<void>((resolve) => (giveUp = resolve));
  await page.route(`${ready.sandbox.s3Endpoint}/**`, async (route) => {
    await held;
    await route.abort();
  });
  await visitor.openAssets(ready.projectId, `?asset=${byUser._id}`);
  await page.getByText('the bucket takes its time').waitFor();
  await page.getByRole('button', { name: 'Why can’t I see this?' }).click();
  const dialog = page.getByRole('dialog', { name: /^Why can’t I see/ });
  await dialog.getByText('The hub itself reaches the picture').waitFor();
  await dialog.locator('[data-check="browser"].warned').waitFor();
  giveUp();
  // What the browser met takes the place of what it waited for; what the hub answered stays.
  await dialog.locator('[data-check="browser"].failed').waitFor();
  await dialog.getByText('The hub itself reaches the picture').waitFor();
  await visitor.screenshot('why-read-on');
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'No connection' }).waitFor();
  // The button that asked is gone: the keyboard goes on in the large view.
  await expect.poll(() => page.evaluate(() => document.activeElement?.closest('.large') !== null)).toBe(true);
  await visitor.leave(FROM_BUCKETS);
});

it('are renewed silently where only a session is over', async () => {
  await misbehave({ fault: 'expire-token', operation: 'GetObject', times: 1 });
  const visitor = await look(byRole);
  await visitor.page.locator('[data-picture="shown"]').waitFor();
  expect(await misbehave()).toEqual([1]);
  await visitor.leave(FROM_BUCKETS);
});

it('are said to be the browser’s where the hub reaches the picture', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.route(`${ready.sandbox.s3Endpoint}/**`, (route) => route.abort());
  await visitor.openAssets(ready.projectId, `?asset=${byUser._id}`);
  await page.getByRole('heading', { name: 'No connection' }).waitFor();
  await page.getByRole('button', { name: 'Why can’t I see this?' }).click();
  const dialog = page.getByRole('dialog', { name: /^Why can’t I see/ });
  await dialog.getByText('The hub itself reaches the picture').waitFor();
  expect(await dialog.locator('li.failed').getAttribute('data-check')).toBe('browser');
  await visitor.leave(FROM_BUCKETS);
});

it.each([
  ['light', WIDE],
  ['dark', PHONE],
] as const)('stand in a cell in three words, and open accessibly in %s', async (theme, size) => {
  await misbehave({ fault: 'no-cors' });
  const visitor = await Visitor.come(theme, size);
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  await visitor.picturesDone();
  const cell = page.locator('[data-asset-index="0"]');
  expect(await cell.locator('[data-thumbnail]').innerText()).toBe('Blocked by CORS');
  await visitor.screenshot(`why-cells-${theme}`);
  await cell.click();
  await page.locator('[data-cause="storage.cors_missing"]').waitFor();
  await visitor.screenshot(`why-note-${theme}`);
  await page.getByRole('button', { name: 'Why can’t I see this?' }).click();
  const dialog = page.getByRole('dialog', { name: /^Why can’t I see/ });
  await dialog.getByRole('region', { name: 'To paste' }).waitFor();
  await visitor.screenshot(`why-dialog-${theme}`);
  expect(await visitor.axe()).toEqual([]);
  expect(await visitor.overflows()).toBe(false);
  await visitor.leave(FROM_BUCKETS);
});

it('are named to whoever labels, too', async () => {
  const project = await makeProject('Cannot be seen', [CAT]);
  await misbehave({ fault: 'deny-get' });
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto(`/projects/${project}/label`);
  await page.locator('[data-cause="storage.get_denied"]').waitFor();
  await page.getByRole('button', { name: 'Why can’t I see this?' }).click();
  await page
    .getByRole('dialog', { name: /^Why can’t I see/ })
    .locator('li.failed')
    .waitFor();
  await visitor.screenshot('why-labeling');
  await page.keyboard.press('Escape');
  await misbehave();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('[data-picture="shown"]').waitFor();
  await visitor.leave(FROM_BUCKETS);
});
