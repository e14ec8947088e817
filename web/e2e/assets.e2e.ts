import { beforeAll, expect, it } from 'vitest';
import { assetsOf, fileNameOf, ready, useBrowser, Visitor, type ApiAsset } from './harness';

useBrowser();

let assets: ApiAsset[];
beforeAll(async () => {
  assets = await assetsOf(ready.projectId);
});

it('leads from the list of projects to thumbnails of every asset, decoded, from both storages', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.locator(`a[href="/projects/${ready.projectId}"]`).click();
  await page.getByRole('grid', { name: 'Assets' }).waitFor();
  await visitor.picturesDone();
  const shown = await page.locator('[role=gridcell]').evaluateAll((cells) =>
    cells.map((cell) => {
      const image = cell.querySelector('img');
      return { id: (cell as HTMLElement).dataset.assetId, width: image?.naturalWidth ?? 0 };
    }),
  );
  expect(shown.map(({ id }) => id).sort()).toEqual(assets.map(({ _id }) => _id).sort());
  expect(shown.filter(({ width }) => width === 0)).toEqual([]);
  expect(new Set(assets.map(({ storage }) => storage))).toEqual(
    new Set(ready.storages.map(({ _id }) => _id)),
  );
  await visitor.leave();
});

it('fetches pictures from the bucket, never through the hub', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const fetched: string[] = [];
  page.on('request', (request) => {
    if (/\.(jpg|png)(\?|$)/.test(request.url())) fetched.push(new URL(request.url()).origin);
  });
  await visitor.signIn();
  await visitor.openAssets();
  await visitor.picturesDone();
  expect(fetched.length).toBeGreaterThan(0);
  expect(fetched).not.toContain(new URL(ready.url).origin);
  await visitor.leave();
});

it.each(ready.storages)('filters by storage $name', async ({ _id, name }) => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('button', { name: 'Storage', exact: true }).click();
  await page.getByRole('menuitemcheckbox', { name }).click();
  const expected = assets.filter(({ storage }) => storage === _id);
  await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(expected.length);
  expect(new URL(page.url()).searchParams.get('storage')).toBe(_id);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Remove Storage' }).click();
  await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(assets.length);
  await visitor.leave();
});

it('filters by what no storage opens', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets(ready.projectId, `?storage=${ready.storages[0]?._id}`);
  await page.getByRole('button', { name: /^Storage: / }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Public, or on this hub' }).click();
  await page.getByRole('heading', { name: 'No asset matches' }).waitFor();
  expect(new URL(page.url()).searchParams.get('storage')).toBe('public');
  await page.getByRole('button', { name: 'Storage: Public, or on this hub' }).waitFor();
  await visitor.leave();
});

it('finds by External ID while one types, and says so when there is none', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  const wanted = assets.find((asset) => asset.externalId);
  await page.keyboard.press('/');
  await page.keyboard.type(wanted?.externalId ?? '');
  const same = assets.filter(({ externalId }) => externalId === wanted?.externalId);
  await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(same.length);
  await page.getByRole('searchbox').fill('no asset has this external id');
  await page.getByRole('heading', { name: 'No asset matches' }).waitFor();
  await page.getByText('No External ID starts with “no asset has this external id”.').waitFor();
  await visitor.screenshot('assets-none-match');
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(assets.length);
  await visitor.leave();
});

it('finds by the beginning of the External ID', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  const beginning = assets.find((asset) => asset.externalId)?.externalId?.slice(0, 2) ?? '';
  await page.getByRole('searchbox', { name: 'External ID' }).fill(beginning);
  const fitting = assets.filter(({ externalId }) => externalId?.startsWith(beginning));
  await expect.poll(() => page.locator('[role=gridcell]').count()).toBe(fitting.length);
  expect(fitting.length).toBeLessThan(assets.length);
  await visitor.leave();
});

it('filters by what the tasks are and by days, in the address, which a reload keeps', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  const cells = () => page.locator('[role=gridcell]').count();
  const choose = async (chip: string, option: string) => {
    await page.getByRole('button', { name: chip, exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name: option, exact: true }).click();
    await page.keyboard.press('Escape');
  };
  await choose('Stage', 'Complete');
  await page.getByRole('heading', { name: 'No asset matches' }).waitFor();
  await page.getByRole('button', { name: 'Remove Stage' }).click();
  await choose('Assignee', 'Nobody');
  await expect.poll(cells).toBe(assets.filter(({ labelTasks }) => !labelTasks[0]?.assignee).length);
  await page.getByRole('button', { name: 'More filters' }).click();
  await choose('Status', 'To Do');
  await choose('Review', 'Not reviewed');
  await page.getByRole('button', { name: 'Imported', exact: true }).click();
  await page.getByLabel('From').fill('2020-01-31');
  await visitor.screenshot('assets-filters');
  expect(await visitor.axe()).toEqual([]);
  await page.keyboard.press('Escape');
  await expect.poll(cells).toBeGreaterThan(0);
  const query = 'stage= status=ToDo review=Todo assignee=- importedFrom=2020-01-31';
  for (const [name = '', value = ''] of query.split(' ').map((part) => part.split('='))) {
    expect(new URL(page.url()).searchParams.get(name) ?? '').toBe(value);
  }
  await page.reload();
  await page.getByRole('button', { name: 'Imported: 2020-01-31' }).waitFor();
  await expect.poll(cells).toBeGreaterThan(0);
  await page.getByRole('button', { name: /^Imported/ }).click();
  await page.getByLabel('From').fill('');
  await page.getByLabel('To', { exact: true }).fill('2020-01-31');
  await page.getByRole('heading', { name: 'No asset matches' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await expect.poll(cells).toBe(assets.length);
  expect(new URL(page.url()).search).not.toContain('=2020');
  await visitor.leave();
});

it('sorts by the heads of the table, and says in which direction', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets(ready.projectId, '?view=table');
  const head = page.getByRole('columnheader', { name: 'External ID' });
  for (const [sort, direction] of [
    ['externalId', 'ascending'],
    ['-externalId', 'descending'],
  ] as const) {
    await head.getByRole('button').click();
    await expect.poll(() => head.getAttribute('aria-sort')).toBe(direction);
    const expected = (await assetsOf(ready.projectId, { sort })).map(({ _id }) => _id);
    await expect
      .poll(() =>
        page
          .locator('[data-asset-id]')
          .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.assetId)),
      )
      .toEqual(expected);
    expect(new URL(page.url()).searchParams.get('sort')).toBe(sort);
  }
  expect(await page.getByRole('columnheader', { name: 'Imported' }).getAttribute('aria-sort')).toBe('none');
  expect(
    await page
      .getByRole('row')
      .nth(1)
      .getByRole('img', { name: /^Task is/ })
      .count(),
  ).toBe(1);
  await page.getByRole('checkbox', { name: 'Select all that are loaded' }).check();
  await page.getByRole('toolbar', { name: `${assets.length} selected` }).waitFor();
  await visitor.screenshot('assets-table-selected');
  await page.getByRole('checkbox', { name: 'Select all that are loaded' }).click();
  await expect.poll(() => page.getByRole('toolbar').count()).toBe(0);
  await visitor.leave();
});

it('asks nothing of a project that is not there', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const refused: string[] = [];
  page.on('response', (response) => {
    if (response.status() >= 400) refused.push(new URL(response.url()).pathname);
  });
  await visitor.signIn();
  await page.getByRole('table').waitFor();
  const nowhere = '0'.repeat(24);
  await page.goto(`/projects/${nowhere}/assets`);
  await page.getByText('This project could not be opened.').waitFor();
  await page.waitForLoadState('networkidle');
  expect(refused).toEqual([`/v2/project/${nowhere}`]);
  await visitor.leave(/status of 404/);
});

it('sorts by External ID in both directions', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  for (const [label, sort] of [
    ['External ID, A to Z', 'externalId'],
    ['External ID, Z to A', '-externalId'],
  ] as const) {
    await page.getByRole('button', { name: /^Sort/ }).click();
    await page.getByRole('menuitemcheckbox', { name: label }).click();
    const expected = (await assetsOf(ready.projectId, { sort })).map(({ _id }) => _id);
    await expect
      .poll(() =>
        page
          .locator('[data-asset-id]')
          .evaluateAll((all) => all.map((cell) => (cell as HTMLElement).dataset.assetId)),
      )
      .toEqual(expected);
    await page.keyboard.press('Escape');
  }
  await visitor.leave();
});

it('shows the same assets as a table, with bucket and key told apart', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('columnheader', { name: 'Address' }).waitFor();
  await expect.poll(() => page.locator('[data-asset-id]').count()).toBe(assets.length);
  for (const asset of assets) {
    const row = page.locator(`[data-asset-id="${asset._id}"]`);
    expect(await row.locator('strong').textContent()).toContain(fileNameOf(asset));
  }
  await visitor.leave();
});

it('moves, selects and opens by keyboard alone', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  const focused = () =>
    page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.assetIndex);
  await page.locator('[data-asset-index="0"]').focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(focused).toBe('1');
  await page.keyboard.press('End');
  await expect.poll(focused).toBe(String(assets.length - 1));
  await page.keyboard.press('Home');
  await expect.poll(focused).toBe('0');
  await page.keyboard.press('Space');
  await page.getByText('1 selected').first().waitFor();
  await page.keyboard.press('Control+a');
  await page.getByText(`${assets.length} selected`).first().waitFor();
  await page.keyboard.press('Delete');
  await page.getByRole('dialog', { name: `Delete ${assets.length} assets?` }).waitFor();
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');
  await page.keyboard.press('Escape');
  await visitor.gone('toolbar');
  await page.locator('[data-asset-index="1"]').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.getByText(`3 of ${assets.length}`).waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(focused).toBe('2');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');
  await visitor.chord('g', 'p');
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
  await visitor.leave();
});
