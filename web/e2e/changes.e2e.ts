// Changing many assets at once: those that are picked and all that match, and the batches they are put into.
import { beforeAll, expect, it } from 'vitest';
import { PHONE, ready, useBrowser, Visitor, type Theme } from './harness';

useBrowser();

const MANY = 2_300;
let project: string;

async function call(method: string, path: string, body?: string) {
  const response = await fetch(`${ready.url}${path}`, {
    method,
    headers: { apikey: ready.apiKey, 'content-type': 'application/json' },
    body,
  });
  const answer = (await response.json()) as { data: Record<string, Record<string, unknown>> };
  expect(response.ok, JSON.stringify(answer)).toBe(true);
  return answer.data;
}

async function total(filters: object): Promise<number> {
  const query = `limit=1&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  return Number((await call('GET', `/v2/project/${project}/assets?${query}`)).total);
}

beforeAll(async () => {
  project = String((await call('POST', '/v2/project', JSON.stringify({ name: 'Many' }))).project?._id);
  const rows = Array.from({ length: MANY }, (_, n) => ({
    data: `https://example.invalid/${n}.jpg`,
    externalId: `${n}`.padStart(5, '0'),
    width: 4,
    height: 3,
    batches: ['Delivery 1'],
  }));
  // Answers once everything is there.
  await call('POST', `/v2/project/${project}/cloud`, JSON.stringify({ assets: rows }));
  expect(await total({})).toBe(MANY);
});

/**
 * Addresses that do not resolve are the console's concern, not the page's; nor does the hub say why a picture cannot be
 * shown whose asset was deleted while it was asked.
 */
const NO_BUCKETS = /example\.invalid|status of 404 .*\/why$/;

it('puts all that match into a new batch, with assets that were never loaded', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets(project, '?view=table&batch=Delivery+1');
  await page.locator('[data-asset-index="0"]').focus();
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Select all 2,300 that match' }).click();
  await page.getByRole('toolbar', { name: '2,300 selected' }).waitFor();
  await visitor.screenshot('assets-all-that-match');
  await page.getByRole('toolbar').getByRole('button', { name: 'Batches' }).click();
  const dialog = page.getByRole('dialog', { name: 'Batches of 2,300 assets' });
  await dialog.getByLabel('Put into').fill('Night');
  await page.getByRole('option', { name: 'Create “Night”' }).click();
  // What lies below the list is in reach once something was chosen.
  await visitor.gone('listbox');
  await dialog.getByLabel('Take out of').fill('Delivery 1');
  await page.getByRole('option', { name: 'Delivery 1' }).click();
  await visitor.gone('listbox');
  await visitor.screenshot('assets-change-batches');
  expect(await visitor.axe()).toEqual([]);
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Batches of 2,300 assets changed.').first().waitFor();
  await page.getByRole('heading', { name: 'No asset matches' }).waitFor();
  expect([await total({ batches: ['Night'] }), await total({ batches: ['Delivery 1'] })]).toEqual([MANY, 0]);

  // Somebody gives one of them another batch meanwhile, which stays; the others are taken back, also after a reload.
  const [first] = (await call('GET', `/v2/project/${project}/assets?limit=1&sort=externalId`))
    .assets as unknown as { _id: string }[];
  const change = { change: { batches: { add: ['Delivery 1'] } }, filters: { _id: [first?._id] } };
  await call('POST', `/v2/project/${project}/assetChanges`, JSON.stringify(change));
  await page.reload();
  const line = page.getByRole('status').filter({ hasText: 'Batches of 2,300 assets changed.' });
  await line.waitFor();
  await visitor.screenshot('assets-undo-batches');
  expect(await visitor.axe()).toEqual([]);
  // One way back at a time: that of the newest change, for as long as its message stays.
  await page.locator('[data-asset-index="0"]').focus();
  await page.keyboard.press('Space');
  await page.getByRole('toolbar').getByRole('button', { name: 'Priority' }).click();
  await page.getByRole('dialog').getByLabel('Priority').fill('3');
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  const message = page.locator('.toast', { hasText: 'Priority of 1 asset changed.' });
  await message.getByRole('button', { name: 'Undo' }).hover();
  await expect.poll(() => line.count()).toBe(0);
  await visitor.gone('dialog');
  await message.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone: the priority of 1 asset.').waitFor();
  await line.getByRole('button', { name: 'Undo' }).click();
  await page
    .getByText('Undone: the batches of 2,299 assets. Left alone, because changed since: 1 asset.')
    .waitFor();
  await expect.poll(() => line.count()).toBe(0);
  await visitor.screenshot('assets-undone-batches');
  expect([await total({ batches: ['Night'] }), await total({ batches: ['Delivery 1'] })]).toEqual([1, MANY]);
  await visitor.leave(NO_BUCKETS);
});

it('gives what is picked another priority, deletes it, and takes both back', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets(project, '?view=table&sort=externalId');
  await page.locator('[data-asset-index="0"]').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+Space');
  await page.getByRole('toolbar', { name: '2 selected' }).waitFor();
  await page.getByRole('button', { name: 'Priority' }).click();
  const dialog = page.getByRole('dialog', { name: 'Priority of 2 assets' });
  await dialog.getByLabel('Priority').fill('5000');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await dialog
    .getByText(/-?1,?000/)
    .first()
    .waitFor();
  await dialog.getByLabel('Priority').fill('7');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Priority of 2 assets changed.').waitFor();
  const first = await call('GET', `/v2/project/${project}/assets?limit=3&sort=externalId`);
  expect((first.assets as unknown as { priority: number }[]).map(({ priority }) => priority)).toEqual([
    7, 7, 0,
  ]);
  await expect.poll(() => dialog.count()).toBe(0);
  // By keyboard: to the message, whose first button is Undo.
  await page.keyboard.press('F8');
  await page.keyboard.press('Enter');
  await page.getByText('Undone: the priority of 2 assets.').waitFor();
  const again = await call('GET', `/v2/project/${project}/assets?limit=3&sort=externalId`);
  expect((again.assets as unknown as { priority: number }[]).map(({ priority }) => priority)).toEqual([
    0, 0, 0,
  ]);
  await page.locator('[data-asset-index="0"]').focus();

  await page.keyboard.press('Delete');
  await page.getByRole('dialog', { name: 'Delete 2 assets?' }).waitFor();
  await page.getByRole('button', { name: 'Delete 2' }).click();
  await page.getByText('2 assets deleted.').waitFor();
  await page.locator('[data-asset-index="0"]', { hasText: '00002' }).waitFor();
  expect(await total({ state: 'deleted' })).toBe(2);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('2 assets restored.').waitFor();
  await page.locator('[data-asset-index="0"]', { hasText: '00000' }).waitFor();
  expect(await total({ state: 'deleted' })).toBe(0);
  await visitor.leave(NO_BUCKETS);
});

it('takes back exactly what a deletion of all that match deleted, also after a reload', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const [first] = (await call('GET', `/v2/project/${project}/assets?limit=1&sort=externalId`))
    .assets as unknown as { _id: string }[];
  await call('DELETE', `/v2/project/${project}/assets`, JSON.stringify({ assets: [first?._id] }));
  await visitor.openAssets(project, '?view=table');
  await page.locator('[data-asset-index="0"]').focus();
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Select all 2,299 that match' }).click();
  await page.keyboard.press('Delete');
  await page.getByRole('button', { name: 'Delete 2,299' }).click();
  await page.getByRole('status').getByText('2,299 assets deleted.').first().waitFor();
  await expect.poll(() => total({})).toBe(0);
  await page.reload();
  const line = page.getByRole('status').filter({ hasText: '2,299 assets deleted.' });
  await line.waitFor();
  await visitor.screenshot('assets-undo-deletion');
  expect(await visitor.axe()).toEqual([]);
  await line.getByRole('button', { name: 'Undo' }).click();
  const top = page.locator('[data-asset-index="0"]');
  await top.waitFor();
  await expect.poll(() => top.evaluate((row) => row === document.activeElement)).toBe(true);
  await expect.poll(() => line.count()).toBe(0);
  // The line is gone once the way back is begun.
  await expect.poll(async () => [await total({}), await total({ state: 'deleted' })]).toEqual([MANY - 1, 1]);
  await call(
    'POST',
    `/v2/project/${project}/assetChanges`,
    JSON.stringify({ change: 'restore', filters: {} }),
  );
  await visitor.leave(NO_BUCKETS);
});

it('means all that match but one that was taken out again, and says where they went', async () => {
  const made = await call('POST', '/v2/project', JSON.stringify({ name: 'All but one' }));
  const other = String(made.project?._id);
  const rows = Array.from({ length: 250 }, (_, n) => ({
    data: `https://example.invalid/${n}.jpg`,
    externalId: `${n}`.padStart(3, '0'),
  }));
  await call('POST', `/v2/project/${other}/cloud`, JSON.stringify({ assets: rows }));
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets(other, '?view=table&sort=externalId');
  const remove = async (button: string) => {
    await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
  };
  await page.getByRole('checkbox', { name: 'Select all that are loaded' }).check();
  await page.getByRole('button', { name: 'Select all 250 that match' }).click();
  await page.getByRole('checkbox', { name: 'Select 001' }).uncheck();
  await page.getByRole('toolbar', { name: '249 selected, all that match but 1' }).waitFor();
  await visitor.screenshot('assets-all-but-one');
  await remove('Delete 249');
  await page.getByText('249 assets deleted.').waitFor();
  await page.locator('[data-asset-index="0"]', { hasText: '001' }).waitFor();
  await expect.poll(() => page.locator('[data-asset-index]').count()).toBe(1);

  await page.getByRole('checkbox', { name: 'Select 001' }).check();
  await remove('Delete 1');
  await page.getByRole('heading', { name: 'No assets are left' }).waitFor();
  await visitor.screenshot('assets-none-left');
  expect(await visitor.axe()).toEqual([]);
  await page.getByRole('button', { name: 'Show what was deleted' }).click();
  await page.getByRole('status').getByText('250 assets').waitFor();
  await visitor.leave(NO_BUCKETS);
});

it.each<{ theme: Theme; size: string }>([
  { theme: 'light', size: '1280' },
  { theme: 'dark', size: '360' },
])('makes, renames and deletes batches, in $theme at $size px', async ({ theme, size }) => {
  const visitor = await Visitor.come(theme, size === '360' ? PHONE : undefined);
  const { page } = visitor;
  const wrong: string[] = [];
  const look = async (name: string) => {
    await visitor.screenshot(`${name}-${size}-${theme}`);
    wrong.push(...(await visitor.axe()).map((found) => `${name}: ${found}`));
    if (await visitor.overflows()) wrong.push(`${name}: wider than the screen`);
  };
  await visitor.signIn();
  await page.goto(`/projects/${project}/batches`);
  await page.getByRole('button', { name: 'Create batch' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(`Day ${size}`);
  await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
  const row = page.getByRole('row', { name: `Day ${size}` });
  await row.waitFor();
  await look('batches');
  await page.getByRole('button', { name: 'Create batch' }).click();
  const second = page.getByRole('dialog');
  await second.getByLabel('Name').fill(`Day ${size}`);
  await second.getByRole('button', { name: 'Create' }).click();
  await second.getByText(`There is already a batch called “Day ${size}”.`).waitFor();
  await second.getByRole('button', { name: 'Cancel' }).click();
  await visitor.gone('dialog');
  await row.getByRole('button', { name: /^Actions/ }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  const name = page.getByRole('dialog').getByLabel('Name');
  await expect.poll(() => name.inputValue()).toBe(`Day ${size}`);
  await name.fill(`Dusk ${size}`);
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  const renamed = page.getByRole('row', { name: `Dusk ${size}` });
  await renamed.getByRole('button', { name: /^Actions/ }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').waitFor();
  await look('batches-delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => renamed.count()).toBe(0);

  await page.route(`**/v2/batches/${project}`, (route) =>
    route.fulfill({ json: { status: 'success', data: { batches: [], total: 0 } } }),
  );
  await page.reload();
  await page.getByRole('heading', { name: 'No batches yet' }).waitFor();
  await look('batches-empty');
  expect(wrong).toEqual([]);
  await visitor.leave();
});
