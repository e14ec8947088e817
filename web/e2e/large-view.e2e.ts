import { beforeAll, expect, it } from 'vitest';
import { assetsOf, fileNameOf, ready, useBrowser, Visitor, type ApiAsset } from './harness';
import { api, CAT, CUP, Desk, makeProject, taskOf } from './labeling';

useBrowser();

let assets: ApiAsset[];
beforeAll(async () => {
  assets = await assetsOf(ready.projectId);
});

it('shows every picture whole, whatever its name', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const names = assets.map(fileNameOf);
  for (const nasty of [
    'rocket (rotated).jpg',
    'clock 100%.png',
    'hubble+deep+field.jpg',
    'münzen.jpg',
    'coffee cup.jpg',
  ]) {
    expect(names).toContain(nasty);
  }
  for (const asset of assets) {
    await visitor.openAssets(ready.projectId, `?asset=${asset._id}`);
    await page.locator('[data-picture="shown"]').waitFor();
    const image = page.locator('.stage img');
    expect(await image.evaluate((img: HTMLImageElement) => img.complete && img.naturalWidth > 0)).toBe(true);
    await page.getByRole('dialog').getByText(fileNameOf(asset)).first().waitFor();
  }
  await visitor.leave();
});

it('turns a picture as its camera noted', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const rotated = assets.find((asset) => fileNameOf(asset) === 'rocket (rotated).jpg');
  await visitor.openAssets(ready.projectId, `?asset=${rotated?._id}`);
  await page.locator('[data-picture="shown"]').waitFor();
  const size = await page
    .locator('.stage img')
    .evaluate((img: HTMLImageElement) => [img.naturalWidth, img.naturalHeight]);
  expect(size).toEqual([640, 427]);
  expect(await page.locator('[data-size]').innerText()).toContain('640 × 427 px');
  await visitor.screenshot('large-view-rotated');
  await visitor.leave();
});

it('zooms at the pointer, to fit and to actual size', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets(ready.projectId, `?asset=${assets[0]?._id}`);
  await page.locator('[data-picture="shown"]').waitFor();
  const box = () => page.locator('.stage img').boundingBox();
  const fitted = await box();
  await page.keyboard.press('1');
  await page.getByRole('button', { name: '100%' }).waitFor();
  await page.mouse.move(300, 400);
  await page.mouse.wheel(0, -900);
  await expect.poll(async () => (await box())?.width).toBeGreaterThan((fitted?.width ?? 0) * 1.5);
  const before = (await box())?.x ?? 0;
  await page.mouse.down();
  await page.mouse.move(260, 400);
  await page.mouse.up();
  await expect.poll(async () => (await box())?.x).toBeCloseTo(before - 40, 0);
  await page.keyboard.press('0');
  await expect.poll(async () => (await box())?.width).toBeCloseTo(fitted?.width ?? 0, 0);
  await visitor.leave();
});

it('gives the focus back to the asset that was shown last, by Escape and by the browser’s way back', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.assetId);
  const first = await page.locator('[data-asset-index="0"]').getAttribute('data-asset-id');
  await page.locator('[data-asset-index="0"]').click();
  await page.locator('[data-picture="shown"]').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(focused).toBe(first);
  await page.keyboard.press('Enter');
  await page.locator('[data-picture="shown"]').waitFor();
  await page.goBack();
  await expect.poll(focused).toBe(first);
  await visitor.leave();
});

it('says how far the work on an asset is, and leads to its task', async () => {
  const projectId = await makeProject('Large view', [CAT, CUP]);
  const { _id } = await taskOf(projectId, CAT);
  const car = (x: number) => ({ schemaId: 'c-car', 'bounding-box': { x, y: 5, width: 20, height: 10 } });
  const classifications = [{ schemaId: 'q-weather', answer: 'o-sun' }];
  await api('POST', `/v2/annotate/${_id}?nextStage=true`, {
    answer: { tools: [car(5), car(50)], classifications, relations: [] },
  });
  const change = { change: { priority: 7 }, filters: {} };
  await api('POST', `/v2/project/${projectId}/assetChanges`, change);
  const cat = (await assetsOf(projectId)).find(({ externalId }) => externalId === CAT);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets(projectId, `?sort=externalId&asset=${cat?._id}`);
  await page.locator('[data-picture="shown"]').waitFor();
  const details = page.getByRole('complementary', { name: 'Details' });
  await details.getByText('1 question answered').waitFor();
  const told = async () => (await details.innerText()).replace(/\s+/g, ' ');
  expect(await told()).toMatch(/Stage ◔ ?Review Assignee Nobody Priority 7 Labels Car 2 1 question answered/);
  await visitor.screenshot('large-view-work');
  expect(await visitor.axe()).toEqual([]);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(told).toMatch(/Stage ○ ?Label Assignee Nobody Priority 7 Labels None/);
  await page.keyboard.press('ArrowRight');
  await details.getByRole('link', { name: 'Open the task' }).click();
  await new Desk(visitor).shown();
  expect(await page.locator('[data-task]').getAttribute('data-task')).toBe(_id);
  await page.goBack();
  await details.getByText('1 question answered').waitFor();
  await visitor.leave();
});

it('names the one cause when a picture cannot be shown', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const [missing, denied, silent, ...others] = assets;
  const answers = new Map([
    [missing?._id, { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }],
    [denied?._id, { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }],
  ]);
  const byUrl = new Map<string, string>();
  page.on('response', async (response) => {
    if (!response.url().endsWith('/assets/sign')) return;
    type Signed = { data: { urls: { _id: string; url: string }[] } };
    // Whoever leaves takes no answer along.
    const signed = (await response.json().catch(() => null)) as Signed | null;
    for (const { _id, url } of signed?.data.urls ?? []) byUrl.set(url.split('?')[0] ?? '', _id);
  });
  await page.route(/\.(jpg|png)\?/, async (route) => {
    await expect.poll(() => byUrl.has(route.request().url().split('?')[0] ?? '')).toBe(true);
    const id = byUrl.get(route.request().url().split('?')[0] ?? '');
    const answer = answers.get(id);
    if (answer) return route.fulfill({ ...answer, headers: { 'access-control-allow-origin': '*' } });
    return id === silent?._id ? route.abort() : route.continue();
  });
  await visitor.openAssets();
  const cell = (asset: ApiAsset | undefined) =>
    page.locator(`[data-asset-id="${asset?._id}"] [data-thumbnail]`);
  await visitor.picturesDone();
  expect(await cell(missing).innerText()).toBe('Not found');
  expect(await cell(denied).innerText()).toBe('Access denied');
  expect(await cell(silent).innerText()).toBe('No connection');
  expect(await cell(others[0]).getAttribute('data-thumbnail')).toBe('shown');
  await visitor.screenshot('assets-partial');
  await page.locator(`[data-asset-id="${denied?._id}"]`).click();
  await page.getByRole('heading', { name: 'Access denied' }).waitFor();
  await page.getByText('s3:GetObject').waitFor();
  await visitor.screenshot('large-view-denied');
  answers.clear();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.locator('[data-picture="shown"]').waitFor();
  await visitor.leave(/status of 40[34]|ERR_FAILED/);
});
