// Who did what, and who was handed which URL: read, filtered, followed, downloaded.
import { expect, it } from 'vitest';
import { readFile } from 'node:fs/promises';
import { assetsOf, ready, useBrowser, Visitor } from './harness';
import { api, CAT, CLOCK, CUP, makeProject } from './labeling';
import { failing, Looking, LOOKS } from './looking';

useBrowser();

async function newProject(name: string): Promise<string> {
  return (await api<{ project: { _id: string } }>('POST', '/v2/project', { name })).project._id;
}

async function openChanges(visitor: Visitor, query = '') {
  await visitor.page.goto(`/organization/activity${query}`);
  await visitor.page.getByRole('table').waitFor();
}

it.each(LOOKS)('looks right in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { visitor } = looking;
  const { page } = visitor;
  const project = await newProject(`On record ${Date.now()}`);
  await api('POST', `/v2/project/${project}/archive`, {});
  await visitor.signIn();
  await visitor.openAssets();
  await visitor.picturesDone();

  const letGo = await failing(visitor, '**/v2/organization/*/auditRecords?*');
  await page.goto('/organization/activity');
  await page.locator('[aria-busy="true"] .skeleton').first().waitFor();
  await looking.at('activity-loading');
  letGo();
  await page.getByText('The record of changes could not be read.').waitFor();
  await looking.at('activity-failed');
  await page.unroute('**/v2/organization/*/auditRecords?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('table').waitFor();
  await looking.at('activity');
  // What wraps begins where its first line begins.
  const indents = await page.locator('td.what').evaluateAll((cells) =>
    cells.map((cell) => {
      const told = cell.querySelector('.told')?.getClientRects()[0];
      const { left } =
        getComputedStyle(cell).paddingLeft === '0px' ? cell.getBoundingClientRect() : { left: NaN };
      return (told?.left ?? 0) - left;
    }),
  );
  if (how.size === '360') expect(new Set(indents)).toEqual(new Set([0]));
  await page.getByRole('button', { name: 'Kind' }).click();
  await page.getByRole('menu').waitFor();
  await looking.at('activity-kind');
  await page.getByRole('menuitemcheckbox', { name: 'Storages' }).click();
  await page.getByRole('button', { name: 'From', exact: true }).click();
  await page.getByLabel('From', { exact: true }).last().waitFor();
  await looking.at('activity-from');
  await page.keyboard.press('Escape');
  await page.goto('/organization/activity?to=2001-01-01');
  await page.getByText('Nothing matches').waitFor();
  await looking.at('activity-none');

  await openChanges(visitor, '?view=urls');
  await looking.at('activity-urls');
  await page.getByRole('button', { name: 'Asset', exact: true }).click();
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Enter an External ID or an asset ID.').waitFor();
  await looking.at('activity-asset');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Address', exact: true }).click();
  await page.getByLabel('IP address').fill('somewhere');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Enter an IP address, such as 203.0.113.9.').waitFor();
  await looking.at('activity-address');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Purpose', exact: true }).click();
  await page.getByRole('menu').waitFor();
  await looking.at('activity-purpose');
  await page.keyboard.press('Escape');
  await looking.end(/503/);
});

it('says who did what, leads to it, and is narrowed down to it', async () => {
  const name = `Told ${Date.now()}`;
  const project = await newProject(name);
  await api('POST', `/v2/project/${project}`, { description: 'Changed' });
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openChanges(visitor);
  const row = page.getByRole('row', { name: new RegExp(`created the project ${name}`) });
  await row.waitFor();
  await row.getByRole('button', { name: `Only what concerns ${name}` }).click();
  await page.getByText(`About: ${name}`).waitFor();
  await expect.poll(() => page.getByRole('row').count()).toBe(3);
  await page.getByRole('row', { name: new RegExp(`changed the project ${name}.*description`) }).waitFor();
  await page.reload();
  await page.getByText(`About: ${name}`).waitFor();
  await page.getByRole('button', { name: `Remove About: ${name}` }).click();
  await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(3);
  await page.getByRole('link', { name, exact: true }).first().click();
  await page.getByRole('heading', { name }).waitFor();
  await visitor.leave();
});

it('names the project in which something was done, and tells imports that failed', async () => {
  const name = `Within ${Date.now()}`;
  const project = await newProject(name);
  const rows = [{ data: 'https://example.invalid/a.jpg' }, { data: 'nowhere' }];
  await api('POST', `/v2/project/${project}/cloud`, { assets: rows });
  await expect(api('POST', `/v2/project/${project}/cloud`, { assets: rows.slice(1) })).rejects.toThrow();
  await api('POST', `/v2/project/${project}/updatePriority`, { priority: 3 });
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openChanges(visitor, `?subject=project:${project}`);
  const row = (text: RegExp) => page.getByRole('row', { name: text });
  await row(new RegExp(`gave 1 task the priority 3 in ${name}`)).waitFor();
  await row(new RegExp(`imported .* in ${name}.*1 asset, 1 row refused`)).waitFor();
  await row(new RegExp(`could not import .* in ${name}.*import.all_rows_refused`)).waitFor();
  expect(await row(/began to import/).count()).toBe(2);
  await visitor.screenshot('activity-of-a-project');
  // On the project's own page it goes without saying.
  await page.goto(`/projects/${project}/overview`);
  const own = page.getByText('gave 1 task the priority 3');
  await own.waitFor();
  expect(await own.innerText()).not.toContain(name);
  await visitor.leave();
});

it('leads from an import to its report, and back', async () => {
  const project = await newProject(`Reported ${Date.now()}`);
  const rows = [{ data: 'https://example.invalid/a.jpg' }, { data: 'nowhere' }];
  await api('POST', `/v2/project/${project}/cloud`, { assets: rows });
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openChanges(visitor, `?subject=project:${project}`);
  const row = page.getByRole('row', { name: /imported .*1 row refused/ });
  await row.getByRole('link').first().click();
  const report = page.getByRole('dialog', { name: 'Import' });
  await report.getByText('1 row imported').waitFor();
  await page.reload();
  await report.getByText('1 row refused').first().waitFor();
  await visitor.screenshot('activity-report');
  await page.goBack();
  await row.waitFor();

  await page.goto(`/projects/${project}/overview`);
  await page
    .locator('li', { hasText: /imported .*1 row refused/ })
    .getByRole('link')
    .click();
  await report.getByText('1 row imported').waitFor();
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');
  await expect.poll(() => page.url()).toBe(`${ready.url}/projects/${project}/assets`);
  // The listed picture is nowhere.
  await visitor.leave(/example\.invalid/);
});

it('names every asset of which a URL was handed out, a few at first', async () => {
  const project = await makeProject('Handed out', [CAT, CUP, CLOCK, CAT, CUP]);
  const assets = (await assetsOf(project)).map(({ _id }) => _id);
  await api('POST', `/v2/project/${project}/assets/sign`, { assets });
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openChanges(visitor, `?view=urls&project=${project}`);
  const row = page.getByRole('row').nth(1);
  const names = row.locator('.assets').getByRole('link');
  await row.getByRole('button', { name: 'and 2 more' }).click();
  await expect.poll(() => names.count()).toBe(5);
  await visitor.screenshot('activity-urls-all');
  await row.getByRole('button', { name: 'Show fewer' }).click();
  await expect.poll(() => names.count()).toBe(3);
  await visitor.leave();
});

it('is asked by person and kind, kept in the address, and downloaded as it is asked', async () => {
  const name = `Saved ${Date.now()}`;
  await newProject(name);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openChanges(visitor);
  await page.getByRole('button', { name: 'Kind' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Projects' }).click();
  await page.getByRole('button', { name: /^Kind: Projects/ }).waitFor();
  expect(new URL(page.url()).searchParams.get('kind')).toBe('project');
  await expect.poll(() => page.getByRole('row', { name: /storage/ }).count()).toBe(0);
  await page.getByRole('button', { name: 'Download' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /NDJSON/ }).click(),
  ]);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  const records = lines.map((line) => JSON.parse(line) as { action: string; details: { name?: string } });
  expect(records.some(({ details }) => details.name === name)).toBe(true);
  expect(records.every(({ action }) => action.startsWith('project.'))).toBe(true);
  await visitor.leave();
});

it('says who was handed the URL of an asset, and finds it by the asset', async () => {
  const [asset] = await assetsOf(ready.projectId);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto(`/projects/${ready.projectId}/assets?asset=${asset?._id}`);
  await page.locator('[data-picture="shown"]').waitFor();
  await openChanges(visitor, `?view=urls&asset=${asset?._id}`);
  const row = page.getByRole('row').nth(1);
  await row.getByText(/\d+ assets?/).waitFor();
  await row.getByText('127.0.0.1').waitFor();
  // By what the list calls it, as well as by its id.
  const [name] = [asset?.externalId ?? ''];
  await row.getByRole('link', { name, exact: true }).waitFor();
  await page.getByRole('button', { name: 'Remove Asset' }).click();
  await page.getByRole('button', { name: 'Asset', exact: true }).click();
  await page.getByLabel('External ID or asset ID').fill('unheard of');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Nothing matches').waitFor();
  await page.getByRole('button', { name: 'Asset: unheard of' }).click();
  await page.getByLabel('External ID or asset ID').fill(name);
  await page.getByRole('button', { name: 'Apply' }).click();
  await row.getByRole('link', { name, exact: true }).waitFor();
  await page.getByRole('radio', { name: 'Changes' }).check({ force: true });
  await page
    .getByRole('table', { name: 'Changes' })
    .or(page.getByRole('region', { name: 'Changes' }))
    .first()
    .waitFor();
  expect(new URL(page.url()).search).toBe('');
  await visitor.leave();
});

it('asks the record of URLs by purpose and address, and downloads it with names', async () => {
  const [asset] = await assetsOf(ready.projectId);
  await api('POST', `/v2/project/${ready.projectId}/assets/sign`, { assets: [asset?._id] });
  const { project } = await api<{ project: { _id: string } }>('POST', '/v2/project', {
    name: `Sent ${Date.now()}`,
  });
  const upload = `name=one.jpg&project=${project._id}&type=assets`;
  await api('GET', `/v2/getUploadUrl?${upload}`);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openChanges(visitor, '?view=urls');
  await page.getByRole('button', { name: 'Purpose', exact: true }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Uploads' }).click();
  await page.getByRole('button', { name: 'Purpose: Uploads' }).waitFor();
  await page.getByText('A file to upload').first().waitFor();
  await expect.poll(() => page.getByText(/^\d+ assets?$/).count()).toBe(0);
  await page.getByRole('button', { name: 'Remove Purpose' }).click();

  await page.getByRole('button', { name: 'Address', exact: true }).click();
  await page.getByLabel('IP address').fill('203.0.113.9');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Nothing matches').waitFor();
  await page.getByRole('button', { name: 'Address: 203.0.113.9' }).click();
  await page.getByLabel('IP address').fill('127.0.0.1');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('127.0.0.1').nth(1).waitFor();
  const query = `/organization/activity?view=urls&address=127.0.0.1&asset=${asset?._id}`;
  await page.goto(query);
  await page.getByRole('row').nth(1).waitFor();
  await page.getByRole('button', { name: 'Download' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /CSV/ }).click(),
  ]);
  const [head, ...lines] = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
  const columns = head?.split(',') ?? [];
  const cells = lines.map((line) => line.split(','));
  const of = (name: string) => cells.map((cell) => cell[columns.indexOf(name)]);
  const own = cells.filter((cell) => cell[columns.indexOf('asset')] === asset?._id);
  expect(own.map((cell) => cell[columns.indexOf('externalId')])).toContain(asset?.externalId);
  expect(new Set(of('address'))).toEqual(new Set(['127.0.0.1']));
  expect(of('name').every(Boolean)).toBe(true);
  await visitor.leave();
});
