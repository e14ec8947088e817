// Add Data while the hub is slow, fails or falls silent: nothing is said that is not known, and nothing is begun on it.
import { beforeAll, expect, it } from 'vitest';
import { assetsOf, fileNameOf, ready, useBrowser, Visitor } from './harness';
import { CAT, makeProject } from './labeling';
import { failing, Looking, LOOKS } from './looking';

useBrowser();

const storage = ready.storages[0]?.name ?? '';
let address = '';
beforeAll(async () => {
  address = (await assetsOf(ready.projectId)).find((asset) => fileNameOf(asset) === CAT)?.data ?? '';
});

const listOf = (rows: object[], name: string) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(JSON.stringify(rows)),
});

/** Opens Add Data by its key, as soon as there is one. */
async function addData(visitor: Visitor, projectId: string) {
  const { page } = visitor;
  await page.goto(`/projects/${projectId}/assets`);
  await page.getByRole('button', { name: 'Add Data' }).first().waitFor();
  await page.keyboard.press('a');
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog.waitFor();
  return dialog;
}

it.each(LOOKS)(
  'waits for the storages, and says what could not be listed, in $theme at $size px',
  async (how) => {
    const looking = await Looking.begin(how);
    const { visitor } = looking;
    const { page } = visitor;
    const project = await makeProject('Slow storages', []);
    await visitor.signIn();
    const letGo = await failing(visitor, '**/v2/storages?*');
    const dialog = await addData(visitor, project);
    await dialog.locator('[aria-busy="true"] .skeleton').first().waitFor();
    expect(await dialog.getByLabel('Storage Method').count()).toBe(0);
    await looking.at('add-data-storages-loading');
    await dialog.getByRole('tab', { name: 'File Explorer' }).click();
    await dialog.locator('[aria-busy="true"] .skeleton').first().waitFor();
    expect(await dialog.getByText('No storages yet').count()).toBe(0);
    letGo();
    await dialog.getByText('The storages could not be listed.').waitFor();
    await looking.at('add-data-storages-failed');
    await dialog.getByRole('tab', { name: 'Drag and Drop' }).click();
    await dialog.getByText('Drop files or folders here').waitFor();

    await page.unroute('**/v2/storages?*');
    const imports = '**/v2/project/*/imports?*';
    (await failing(visitor, imports))();
    await dialog.getByRole('tab', { name: 'Upload Data URL' }).click();
    await dialog.getByRole('button', { name: 'Try again' }).click();
    await dialog.getByLabel('Storage Method').waitFor();
    const failed = dialog.getByText('The recent imports could not be listed.');
    await failed.waitFor();
    await failed.scrollIntoViewIfNeeded();
    await looking.at('add-data-recent-failed');

    const buckets = '**/v2/storages/*/buckets*';
    (await failing(visitor, buckets))();
    await dialog.getByRole('tab', { name: 'File Explorer' }).click();
    await dialog.getByText('The buckets of this storage could not be listed.').waitFor();
    await looking.at('add-data-buckets-failed');
    await looking.end(/503/);
  },
);

it('says that the hub fell silent under a running import, and goes on when it answers', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const project = await makeProject('Silent hub', []);
  await visitor.signIn();
  let state: 'running' | 'silent' | 'itself' = 'running';
  let bytesRead = 0;
  type Job = { bytesTotal: number; name: string };
  await page.route(/\/v2\/(jobs|(project\/[^/]+\/)?imports(\/[0-9a-f]{24})?)(\?|$)/, async (route) => {
    if (state === 'itself' || route.request().method() !== 'GET') return route.continue();
    if (state === 'silent') return route.abort();
    const response = await route.fetch();
    const body = (await response.json()) as { data: { import?: Job; imports?: Job[] } };
    const { import: one, imports } = body.data;
    for (const job of [...(one ? [one] : []), ...(imports ?? [])]) {
      if (job.name !== 'long.json') continue;
      bytesRead = Math.min(job.bytesTotal * 0.9, bytesRead + job.bytesTotal * 0.02);
      Object.assign(job, { state: 'running', finishedAt: null, bytesRead, rowsRead: bytesRead * 1000 });
    }
    return route.fulfill({ response, json: body });
  });
  const dialog = await addData(visitor, project);
  const row = { data: address, externalId: 'one', storage: ready.storages[0]?._id };
  await dialog.locator('input[type=file]').setInputFiles(listOf([row], 'long.json'));
  await dialog.getByText(/^[\d,]+\/s$/).waitFor();
  const silent = page.getByText('The hub does not answer.');
  expect(await silent.count()).toBe(0);
  state = 'silent';
  await dialog.getByText('The hub does not answer.').waitFor();
  expect(await dialog.getByText(/^[\d,]+\/s$/).count()).toBe(0);
  await visitor.screenshot('add-data-silent');
  expect(await visitor.axe()).toEqual([]);
  state = 'itself';
  await dialog.getByText('1 row imported').waitFor();
  expect(await silent.count()).toBe(0);
  await dialog.getByRole('button', { name: 'Close' }).last().click();

  state = 'silent';
  await page.getByRole('button', { name: /running$/ }).click();
  await page.getByText('The hub does not answer. What is running there is not known.').waitFor();
  expect(await page.getByText('Nothing is running.').count()).toBe(0);
  await visitor.screenshot('jobs-silent');
  await visitor.leave(/ERR_FAILED/);
});

it.each(LOOKS)(
  'asks for the storage of a list that names a bucket, before it is imported as Public, in $theme at $size px',
  async (how) => {
    const looking = await Looking.begin(how);
    const { visitor } = looking;
    const { page } = visitor;
    const project = await makeProject('Forgotten storage', []);
    await visitor.signIn();
    const dialog = await addData(visitor, project);
    const file = dialog.locator('input[type=file]');
    const question = dialog.getByRole('region', { name: /insitu-samples, and Storage Method is Public/ });
    const list = listOf([{ data: address, externalId: 'asked' }], 'list.json');
    await file.setInputFiles(list);
    await question.waitFor();
    await looking.at('add-data-forgotten-storage');
    // Closed as the procedure says, it is not lost: it waits, and says so.
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    const waits = page.locator('.toast', { hasText: 'list.json was not imported' });
    await waits.getByRole('button', { name: 'Answer' }).click();
    await question.waitFor();
    await question.getByRole('button', { name: 'Do not import' }).click();
    await question.waitFor({ state: 'detached' });

    // Checked only: what is imported as Public is fetched from where it says.
    await dialog.getByRole('checkbox', { name: /Dry run/ }).check();
    await file.setInputFiles(list);
    await question.getByRole('button', { name: 'Import as Public' }).click();
    await dialog.getByText('1 row can be imported').waitFor();
    await dialog.getByRole('button', { name: 'Import another list' }).click();
    await file.setInputFiles(list);
    await question.getByLabel('Storage Method').click();
    await page.getByRole('option', { name: ready.storages[1]?.name }).click();
    await question.getByRole('button', { name: 'Import through this storage' }).click();
    await dialog.getByText('1 row imported').waitFor();
    expect((await assetsOf(project)).map((asset) => asset.storage)).toEqual([ready.storages[1]?._id]);
    await looking.end();
  },
);

it('cancels a running import once its name is typed, and one that waits at once', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const project = await makeProject('To cancel', []);
  await visitor.signIn();
  const told = { state: 'running', rowsRead: 412_000, rowsListed: 0, bytesTotal: 100, bytesRead: 40 };
  let cancelled = 0;
  // How far an import is shall hold still to be looked at.
  await page.route(/\/v2\/imports\/[0-9a-f]{24}(\/cancel)?$/, async (route) => {
    if (route.request().url().endsWith('/cancel')) {
      cancelled += 1;
      Object.assign(told, { state: 'cancelled', finishedAt: new Date().toISOString() });
    }
    const response = await route.fetch();
    const body = (await response.json()) as { data: { import: object } };
    Object.assign(body.data.import, { finishedAt: null, ...told });
    return route.fulfill({ response, json: body });
  });
  const dialog = await addData(visitor, project);
  const row = { data: address, externalId: 'one', storage: ready.storages[0]?._id };
  await dialog.locator('input[type=file]').setInputFiles(listOf([row], 'long.json'));
  await dialog.getByText(/^412,000/).waitFor();
  await dialog.getByRole('button', { name: 'Cancel import' }).click();
  const asked = page.getByRole('dialog', { name: 'Cancel the import of long.json?' });
  const yes = asked.getByRole('button', { name: 'Cancel import' });
  expect(await yes.isDisabled()).toBe(true);
  await visitor.screenshot('add-data-cancel');
  expect(await visitor.axe()).toEqual([]);
  await asked.getByRole('button', { name: 'Cancel', exact: true }).click();
  expect(cancelled).toBe(0);

  await dialog.getByRole('button', { name: 'Cancel import' }).click();
  await asked.getByLabel(/to confirm/).fill('long.json');
  await page.keyboard.press('Enter');
  await dialog.getByText('The import was cancelled.').first().waitFor();
  expect(cancelled).toBe(1);

  // Of one that waits nothing is lost.
  Object.assign(told, { state: 'queued', rowsRead: 0 });
  await page.reload();
  const again = await addData(visitor, project);
  await again.locator('input[type=file]').setInputFiles(listOf([row], 'waiting.json'));
  await again.getByText('Waiting').first().waitFor();
  await again.getByRole('button', { name: 'Cancel import' }).click();
  await again.getByText('The import was cancelled.').first().waitFor();
  expect(cancelled).toBe(2);
  await visitor.leave();
});

it('imports in earnest what was picked and tried', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const project = await makeProject('Tried first', []);
  await visitor.signIn();
  const dialog = await addData(visitor, project);
  await dialog.getByRole('tab', { name: 'File Explorer' }).click();
  await dialog.getByLabel('Storage Method').click();
  await page.getByRole('option', { name: storage }).click();
  await dialog.getByRole('combobox', { name: 'Bucket' }).fill(ready.sandbox.bucket);
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await dialog.getByRole('option', { name: /^cute-cat\.jpg/ }).click();
  await dialog.getByText('Advanced Configs').click();
  await dialog.getByLabel('Dry run').check();
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByText('Dry run: nothing was imported.').waitFor();
  await visitor.screenshot('file-explorer-tried');
  expect(await visitor.axe()).toEqual([]);
  expect(await assetsOf(project)).toEqual([]);
  await dialog.getByRole('button', { name: 'Import it now' }).click();
  await dialog.getByText('1 row imported').waitFor();
  expect(await dialog.getByRole('button', { name: 'Import it now' }).count()).toBe(0);
  expect((await assetsOf(project)).length).toBe(1);
  await visitor.leave();
});
