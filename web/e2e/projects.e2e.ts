// Projects: listed with their progress, cloned, archived, deleted by name; and how one stands, in its Overview.
import { expect, it } from 'vitest';
import { PHONE, useBrowser, Visitor } from './harness';
import { api, CAT, CLOCK, CUP, makeProject, taskOf } from './labeling';
import { failing, Looking, LOOKS } from './looking';

useBrowser();

type Project = {
  _id: string;
  name: string;
  description: string;
  archivedAt: string | null;
  assetCount: number;
  batches: { name: string }[];
};

const get = async (id: string) => (await api<{ project: Project }>('GET', `/v2/project/${id}`)).project;

/** A project with a task in each stage. */
async function inEveryStage(name: string): Promise<string> {
  const project = await makeProject(name, [CAT, CUP, CLOCK]);
  const answer = { tools: [], classifications: [], relations: [] };
  for (const file of [CAT, CUP]) {
    const { _id } = await taskOf(project, file);
    await api('POST', `/v2/annotate/${_id}?nextStage=true`, { answer, duration: 65_000 });
  }
  await api('POST', `/v2/review/${(await taskOf(project, CAT))._id}`, { reviewStatus: 'Accepted' });
  return project;
}

async function openMenu(visitor: Visitor, name: string) {
  await visitor.page.getByRole('button', { name: `Actions for ${name}` }).click();
  await visitor.page.getByRole('menu').waitFor();
}

it.each(LOOKS)('look right in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { visitor } = looking;
  const { page } = visitor;
  const project = await inEveryStage('Stands');
  const old = await makeProject('Old', []);
  await api('POST', `/v2/project/${old}/archive`, {});
  const { name } = await get(project);
  await visitor.signIn();

  let letGo = await failing(visitor, '**/v2/listProjects*');
  await page.goto('/');
  await page.locator('[aria-busy="true"] .skeleton').first().waitFor();
  await looking.at('projects-loading');
  letGo();
  await page.getByText('The projects could not be listed.').waitFor();
  await page.unroute('**/v2/listProjects*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('link', { name }).waitFor();
  await looking.at('projects-list');
  await openMenu(visitor, name);
  await looking.at('projects-menu');
  await page.getByRole('menuitem', { name: 'Clone…' }).click();
  await page.getByRole('dialog').waitFor();
  await looking.at('projects-clone');
  await page.keyboard.press('Escape');
  await openMenu(visitor, name);
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('dialog').waitFor();
  await looking.at('projects-delete');
  await page.keyboard.press('Escape');
  await page.goto('/?show=archived');
  await page.getByRole('link', { name: /^Old/ }).first().waitFor();
  await looking.at('projects-archived');

  letGo = await failing(visitor, '**/v2/project/*/overview');
  await page.goto(`/projects/${project}/overview`);
  await page.locator('[aria-busy="true"] .skeleton').first().waitFor();
  await looking.at('overview-loading');
  letGo();
  await page.getByText('The overview could not be read.').waitFor();
  await looking.at('overview-failed');
  await page.unroute('**/v2/project/*/overview');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('33 % complete').waitFor();
  await page.getByText('created the project').waitFor();
  await looking.at('overview');
  await page.goto(`/projects/${old}/overview`);
  await page.getByText('This project is archived').waitFor();
  await page.getByText('No assets yet').waitFor();
  await looking.at('overview-empty-archived');
  await looking.end(/503/);
});

it('say how they stand: by stage, by day, by person', async () => {
  const project = await inEveryStage('Counted');
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto(`/projects/${project}/overview`);
  const progress = page.getByRole('region', { name: 'Progress' });
  await progress.getByText('1 of 3 tasks').waitFor();
  expect(await progress.locator('dd').allInnerTexts()).toEqual(['1 33 %', '1 33 %', '1 33 %']);
  const days = page.getByRole('region', { name: 'Last 14 days', exact: true });
  expect(await days.getByRole('row').count()).toBe(15);
  // Today, or yesterday where a day began meanwhile.
  const numbers = (await days.locator('td').allInnerTexts()).map(Number);
  expect(numbers.filter((number) => number > 0)).toEqual([2, 1]);
  expect(await days.locator('.most').innerText()).toBe('2');
  await expect.poll(() => page.getByRole('region', { name: 'Running' }).count()).toBe(0);
  const person = page.getByRole('region', { name: 'Who did how many' });
  await person.getByText('3 min').waitFor();
  await page.getByRole('link', { name: 'All activity of this project' }).click();
  await page.getByText(/^About: Counted/).waitFor();
  await visitor.leave();
});

it('keep their tabs in sight beside a long name, and both queues within reach of a narrow screen', async () => {
  const project = await inEveryStage(`Of a ${'very '.repeat(20)}long name`);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto(`/projects/${project}/overview`);
  const tabs = page.locator('.project nav');
  await tabs.getByRole('link', { name: 'Settings' }).waitFor();
  const hidden = () => tabs.evaluate((row) => row.scrollWidth - row.clientWidth);
  expect(await hidden()).toBe(0);
  await visitor.screenshot('projects-long-name');
  await page.setViewportSize(PHONE);
  await expect.poll(hidden).toBeGreaterThan(0);
  await page.getByRole('link', { name: 'Start labeling' }).waitFor();
  const review = page.getByRole('link', { name: 'Start reviewing' });
  expect(await review.innerText()).toContain('Review');
  await visitor.screenshot('projects-long-name-360');
  expect(await visitor.axe()).toEqual([]);
  expect(await visitor.overflows()).toBe(false);
  await visitor.chord('g', 'r');
  await page.waitForURL(/label\?stage=Review$/);
  await page.locator('[data-picture="shown"]').waitFor();
  await visitor.leave();
});

it('are cloned without their assets, and open', async () => {
  const project = await makeProject('Source', [CAT]);
  await api('POST', `/v2/batches/${project}`, { name: 'Monday' });
  const { name } = await get(project);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openMenu(visitor, name);
  await page.getByRole('menuitem', { name: 'Clone…' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByLabel('Name of the new project').inputValue()).toBe(`${name} copy`);
  await dialog.getByRole('checkbox', { name: /Batches/ }).uncheck();
  await dialog.getByRole('button', { name: 'Clone' }).click();
  await page.getByRole('heading', { name: `${name} copy` }).waitFor();
  const made = await get(new URL(page.url()).pathname.split('/')[2] ?? '');
  expect([made.assetCount, made.batches]).toEqual([0, []]);
  await visitor.leave();
});

it('are archived and taken out again, and offer no labeling meanwhile', async () => {
  const project = await makeProject('Done with', [CAT]);
  const { name } = await get(project);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openMenu(visitor, name);
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await expect.poll(() => page.getByRole('link', { name }).count()).toBe(0);
  expect((await get(project)).archivedAt).not.toBeNull();
  await page.goto(`/projects/${project}/assets`);
  await page.getByText('This project is archived').waitFor();
  expect(await page.getByRole('link', { name: 'Start labeling' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Add Data' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Take out of the archive' }).click();
  await page.getByRole('link', { name: 'Start labeling' }).waitFor();
  expect((await get(project)).archivedAt).toBeNull();
  await visitor.leave();
});

it('are deleted once their name was typed', async () => {
  const project = await makeProject('Wrong', []);
  const { name } = await get(project);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.getByLabel('Find a project').fill(name);
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await openMenu(visitor, name);
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/to confirm/).fill(name.slice(1));
  expect(await dialog.getByRole('button', { name: 'Delete project' }).isDisabled()).toBe(true);
  await dialog.getByLabel(/to confirm/).fill(name);
  await dialog.getByRole('button', { name: 'Delete project' }).click();
  await page.getByText(`No project's name contains “${name}”.`).waitFor();
  await expect(get(project)).rejects.toThrow('project.not_found');
  await visitor.leave();
});
