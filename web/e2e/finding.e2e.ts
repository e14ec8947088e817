// Finding assets among many: looking through them in bounded parts, the order by completion, a table that fits, and one
// batch of very many.
import { expect, it } from 'vitest';
import { assetsOf, PHONE, ready, useBrowser, Visitor, WIDE } from './harness';
import { api, CAT, CLOCK, CUP, makeProject, taskOf } from './labeling';

useBrowser();

it('looks on by itself for a while, then when it is wanted, and shows what it finds', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const found = await api<{ assets: object[] }>('GET', `/v2/project/${ready.projectId}/assets?limit=1`);
  let asked = 0;
  await page.route('**/v2/project/*/assets?*', async (route) => {
    if (!route.request().url().includes('InProgress')) return route.continue();
    asked += 1;
    const isLast = asked === 25;
    const data = {
      assets: isLast ? found.assets : [],
      total: isLast ? 1 : 0,
      totalIsExact: false,
      lookedAt: 50_000,
      nextCursor: isLast ? null : String(asked),
    };
    await route.fulfill({ json: { status: 'success', data } });
  });
  await page.goto(`/projects/${ready.projectId}/assets?status=InProgress`);
  const said = page.getByRole('status').filter({ hasText: 'looked at so far' });
  await said.filter({ hasText: '1,050,000 assets looked at so far. There may be more' }).waitFor();
  expect(asked).toBe(21);
  await visitor.screenshot('assets-looking');
  expect(await visitor.axe()).toEqual([]);
  await said.getByRole('button', { name: 'Go on looking' }).click();
  await page.locator('[data-asset-index="0"]').waitFor();
  expect(asked).toBe(25);
  expect(await said.count()).toBe(0);
  await visitor.leave();
});

it('sorts by when tasks were completed and how long they took, and says that it shows only those that are', async () => {
  const projectId = await makeProject('Completed', [CAT, CUP, CLOCK]);
  const answer = { tools: [], classifications: [], relations: [] };
  for (const [file, duration] of [
    [CLOCK, 90_000],
    [CAT, 30_000],
  ] as const) {
    const { _id } = await taskOf(projectId, file);
    for (let stage = 0; stage < 2; stage += 1)
      await api('POST', `/v2/annotate/${_id}?nextStage=true`, { answer, duration });
  }
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets(projectId, '?view=table');
  const head = page.getByRole('columnheader', { name: 'Completed' });
  const names = () =>
    page.locator('.rows [role="row"]').evaluateAll((rows) => rows.map((row) => row.textContent));
  const shown = (...files: string[]) =>
    expect
      .poll(async () => (await names()).map((text) => files.find((file) => text?.includes(file))))
      .toEqual(files);
  await head.getByRole('button').click();
  await shown(CLOCK, CAT);
  expect(await head.getAttribute('aria-sort')).toBe('ascending');
  await page.getByText('2 assets', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Stage: Complete' }).waitFor();
  await head.getByRole('button').click();
  await shown(CAT, CLOCK);
  await visitor.screenshot('assets-by-completion');
  // Without the filter there is no such order.
  await page.getByRole('button', { name: 'Remove Stage' }).click();
  await page.getByText('3 assets', { exact: true }).waitFor();
  expect(await head.getAttribute('aria-sort')).toBe('none');

  const duration = page.getByRole('columnheader', { name: 'Duration' });
  await duration.getByRole('button').click();
  await shown(CAT, CLOCK);
  expect(await duration.getAttribute('aria-sort')).toBe('ascending');
  await page.getByRole('button', { name: 'Stage: Complete' }).waitFor();
  await duration.getByRole('button').click();
  await shown(CLOCK, CAT);
  await visitor.screenshot('assets-by-duration');
  expect(await visitor.axe()).toEqual([]);
  await visitor.leave();
});

it('keeps the table within the screen, and the way back from a deletion within reach of the keyboard', async () => {
  const projectId = await makeProject('Within reach', [CAT, CUP]);
  const visitor = await Visitor.come('light', WIDE);
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets(projectId, '?view=table');
  const widths = await page.locator('.scroller').evaluate((box) => [box.scrollWidth, box.clientWidth]);
  expect(widths[0]).toBe(widths[1]);

  const first = page.locator('[data-asset-index="0"]');
  await first.hover();
  await first.getByRole('button', { name: 'Copy the address' }).click();
  await first.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
  await visitor.context.grantPermissions(['clipboard-read']);
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect((await assetsOf(projectId)).map(({ data }) => data)).toContain(copied);
  await first.focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Delete');
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete 1' });
  await confirm.click();
  const told = page.getByRole('region', { name: /^Notifications/ }).getByRole('group');
  await told.getByText('1 asset deleted.').waitFor();
  const [toast, tabs] = await Promise.all([
    told.boundingBox(),
    page.getByRole('link', { name: /^Overview/ }).boundingBox(),
  ]);
  expect((toast?.y ?? 0) + (toast?.height ?? 0)).toBeLessThanOrEqual(tabs?.y ?? 0);
  await first.focus();
  await page.keyboard.press('F8');
  const undo = told.getByRole('button', { name: 'Undo' });
  expect(await undo.evaluate((button) => button === document.activeElement)).toBe(true);
  await visitor.screenshot('toast-undo');
  await page.keyboard.press('Enter');
  await page.getByText('2 assets', { exact: true }).waitFor();
  // While one points at it, a message stays.
  await told.getByText('1 asset restored.').hover();
  // Escape closes the message and leaves what is selected.
  await first.focus();
  await page.keyboard.press('Space');
  const selected = page.getByRole('toolbar');
  await selected.waitFor();
  await page.keyboard.press('F8');
  await page.keyboard.press('Escape');
  await expect.poll(() => told.count()).toBe(0);
  expect(await selected.isVisible()).toBe(true);
  await visitor.leave();
});

it('shows the last of the list beside the bar of what is selected', async () => {
  const visitor = await Visitor.come('light', { width: 1280, height: 420 });
  const { page } = visitor;
  await visitor.signIn();
  const under = async () => {
    await page.locator('.scroller').evaluate((list) => list.scrollTo({ top: list.scrollHeight }));
    const [bar, last] = await Promise.all([
      page.getByRole('toolbar').boundingBox(),
      page.locator('[data-asset-index="9"], tbody tr').last().boundingBox(),
    ]);
    return (last?.y ?? 0) + (last?.height ?? 0) - (bar?.y ?? 0);
  };
  await visitor.openAssets(ready.projectId, '?view=table');
  await page.locator('[data-asset-index="0"]').focus();
  await page.keyboard.press('Space');
  await page.getByRole('toolbar').waitFor();
  await expect.poll(under).toBeLessThanOrEqual(0);
  await page.goto(`/projects/${ready.projectId}/tasks`);
  await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
  await page.getByRole('toolbar').waitFor();
  await expect.poll(under).toBeLessThanOrEqual(0);
  await visitor.leave();
});

it('finds one batch of very many, in their tab and as a filter', async () => {
  const projectId = await makeProject('Of many days', [CAT, CUP]);
  const days = Array.from({ length: 1_200 }, (_, at) => ({ name: `day ${String(at + 1).padStart(4, '0')}` }));
  await api('POST', `/v2/batches/${projectId}`, { batches: days });
  const cat = (await assetsOf(projectId)).find(({ externalId }) => externalId === CAT);
  const batches = ['day 0777', 'day 1111'];
  await api('POST', '/v2/assignBatches', { projectId, assets: [cat?._id], batches });
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();

  await page.goto(`/projects/${projectId}/batches`);
  await page.getByText('1–100 of 1,200').waitFor();
  const rows = page.getByRole('region', { name: 'Batches' }).locator('tbody tr');
  expect(await rows.count()).toBe(100);
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByText('101–200 of 1,200').waitFor();
  expect(await rows.first().locator('.name').innerText()).toBe('day 0101');
  await page.getByRole('button', { name: 'Create batch' }).scrollIntoViewIfNeeded();
  await visitor.screenshot('batches-many');
  await page.keyboard.press('/');
  await page.keyboard.type('0777');
  await page.getByText('1 batch', { exact: true }).waitFor();
  expect(await rows.locator('.name').allInnerTexts()).toEqual(['day 0777']);
  await page.setViewportSize(PHONE);
  await visitor.screenshot('batches-many-360');
  expect(await visitor.axe()).toEqual([]);
  expect(await visitor.overflows()).toBe(false);
  await page.keyboard.type('x');
  await page.getByText("No batch's name contains “0777x”.").waitFor();
  await page.setViewportSize(WIDE);

  await visitor.openAssets(projectId);
  await page.getByRole('button', { name: 'Batch', exact: true }).click();
  const panel = page.getByRole('dialog', { name: 'Batch' });
  await panel.getByText('1,100 more: type to find them.').waitFor();
  const box = panel.getByRole('combobox', { name: 'Find in Batch' });
  await expect.poll(() => box.evaluate((input) => input === document.activeElement)).toBe(true);
  await page.keyboard.type('day 0777');
  await expect.poll(() => panel.getByRole('option').count()).toBe(1);
  await page.keyboard.press('Enter');
  await page.getByText('1 asset', { exact: true }).waitFor();
  await box.fill('1111');
  await panel.getByRole('option', { name: 'day 1111' }).click();
  await page.getByRole('button', { name: 'Batch: day 0777 + day 1111' }).waitFor();
  await box.fill('11');
  await visitor.screenshot('assets-batch-filter');
  expect(await visitor.axe()).toEqual([]);
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');
  // What is chosen stands first.
  await page.setViewportSize(PHONE);
  await page.getByRole('button', { name: 'Batch: day 0777 + day 1111' }).click();
  await expect
    .poll(async () => (await panel.getByRole('option').allInnerTexts()).slice(0, 3))
    .toEqual(['day 0777', 'day 1111', 'day 0001']);
  await visitor.screenshot('assets-batch-filter-360');
  expect(await visitor.overflows()).toBe(false);
  await visitor.leave();
});
