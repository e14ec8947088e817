// What becomes of a list under the hands of whoever looks at it: pages that are not there any more, filters that are
// emptied, a hub that falls silent.
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';
import { api, CAT, CUP, makeProject, taskOf } from './labeling';

useBrowser();

const PROJECT = `/projects/${ready.projectId}`;
const answered = (data: object) => ({ json: { status: 'success', data } });

it('leads from behind the last page to one that has something, in the address too', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  for (const path of [`${PROJECT}/tasks`, '/organization/members']) {
    await page.goto(`${path}?page=9`);
    await page.getByRole('table').first().getByRole('row').nth(1).waitFor();
    await expect.poll(() => new URL(page.url()).search).toBe('');
  }
  await visitor.leave();
});

it('goes to the page before once the last one of a page is gone', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const people = Array.from({ length: 51 }, (_, at) => ({
    _id: String(at).padStart(24, '0'),
    name: `Person ${at + 1}`,
    email: `person-${at + 1}@insitu.test`,
    organizationRole: 'member',
    role: 'Labeler',
    since: new Date().toISOString(),
  }));
  await page.route('**/v2/project/*/people?*', (route) => {
    const from = (Number(new URL(route.request().url()).searchParams.get('page')) - 1) * 50;
    return route.fulfill(answered({ people: people.slice(from, from + 50), total: people.length }));
  });
  await page.route('**/v2/project/*/assigned', (route) => {
    const email = people.pop()?.email;
    return route.fulfill(answered({ assignees: { results: [{ email, status: 'updated' }] } }));
  });
  await page.goto(`${PROJECT}/members`);
  await page.getByText('1–50 of 51').waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.getByText('51–51 of 51').waitFor();
  await page.getByRole('button', { name: 'Actions for Person 51' }).click();
  await page.getByRole('menuitem', { name: 'Take out of the project…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take out' }).click();
  await page.getByText('Person 50', { exact: true }).waitFor();
  expect(await page.getByText('Nobody matches').count()).toBe(0);
  await visitor.leave();
});

/** Leaves only the filters that are on in sight. */
async function onlyThoseThatAreOn(page: Page) {
  const more = page.getByRole('button', { name: 'More filters' });
  if ((await more.getAttribute('aria-expanded')) === 'true') await more.click();
  await expect.poll(() => page.getByRole('button', { name: 'Status', exact: true }).count()).toBe(0);
}

it('keeps a filter by days open while somebody empties it', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets(ready.projectId, '?importedFrom=2020-01-31');
  await onlyThoseThatAreOn(page);
  await page.getByRole('button', { name: 'Imported: 2020-01-31' }).click();
  const from = page.getByLabel('From', { exact: true });
  await from.fill('');
  await expect.poll(() => new URL(page.url()).searchParams.get('importedFrom') ?? '').toBe('');
  expect(await from.evaluate((field) => field === document.activeElement)).toBe(true);
  await from.fill('2020-02-01');
  await page.getByRole('button', { name: 'Imported: 2020-02-01' }).waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => from.count()).toBe(0);
  await visitor.leave();
});

it('keeps the filter by answers open while somebody empties it, and the keyboard where its last one was', async () => {
  const project = await makeProject('Emptied', [CAT, CUP]);
  const car = { objectId: 'a', schemaId: 'c-car', 'bounding-box': { x: 6, y: 4, width: 12, height: 9 } };
  const { _id } = await taskOf(project, CAT);
  await api('POST', `/v2/annotate/${_id}`, { answer: { tools: [car], classifications: [] } });
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const cells = () => page.locator('[role=gridcell]').count();
  await visitor.openAssets(project, '?answer=c-car');
  await onlyThoseThatAreOn(page);
  const opener = page.getByRole('button', { name: 'Answers', exact: true });
  await opener.click();
  const exists = page
    .getByRole('group', { name: 'Car', exact: true })
    .getByRole('button', { name: 'Exists', exact: true });
  await exists.click();
  await expect.poll(cells).toBe(2);
  expect(await exists.isVisible()).toBe(true);
  await exists.click();
  await expect.poll(cells).toBe(1);
  await page.keyboard.press('Escape');
  await expect.poll(() => exists.count()).toBe(0);
  await page.getByRole('button', { name: 'Remove Exists: Car' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(cells).toBe(2);
  await expect.poll(() => opener.evaluate((button) => button === document.activeElement)).toBe(true);
  await visitor.leave();
});

it('says of a long change that the hub fell silent, and how far it was, until it answers again', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const change = {
    _id: 'c'.repeat(24),
    project: ready.projectId,
    kind: 'priority',
    state: 'running',
    assetsTotal: 1_000_000,
    assetsDone: 412_000,
    assetsLeft: 0,
    createdAt: new Date().toISOString(),
    createdBy: '0'.repeat(24),
  };
  let isSilent = false;
  await page.route(`**/v2/project/${ready.projectId}/assetChanges*`, (route) =>
    isSilent ? route.abort() : route.fulfill(answered({ changes: [change], total: 1 })),
  );
  await visitor.openAssets();
  const told = page.getByRole('status').filter({ hasText: 'Changing priorities' });
  await told.getByText('412,000 of 1,000,000').waitFor();
  expect(await told.getByText('The hub does not answer.').count()).toBe(0);
  isSilent = true;
  await told.getByText('The hub does not answer.').waitFor();
  await told.getByText('412,000 of 1,000,000').waitFor();
  await visitor.screenshot('assets-change-silent');
  expect(await visitor.axe()).toEqual([]);
  [isSilent, change.assetsDone] = [false, 500_000];
  await told.getByText('500,000 of 1,000,000').waitFor();
  expect(await told.getByText('The hub does not answer.').count()).toBe(0);
  await visitor.leave(/ERR_FAILED/);
});
