// What each role sees of a project and of the organization: its tabs and verbs and no others, and no question that the hub
// refuses.
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { assetsOf, fileNameOf, ready, useBrowser, Visitor } from './harness';
import { enter, joined, type ProjectRole } from './joining';
import { api, CAT, CLOCK, CUP, Desk, makeProject, taskOf } from './labeling';
import { Looking, LOOKS } from './looking';

useBrowser();

const TABS = ['Overview', 'Assets', 'Tasks', 'Batches', 'Members', 'Export', 'Settings'];
const KEYS: Record<string, string> = {
  Overview: 'v',
  Assets: 'a',
  Tasks: 't',
  Batches: 'b',
  Members: 'm',
  Export: 'e',
  Settings: 's',
};
const ROLES: { role: ProjectRole; tabs: string[] }[] = [
  { role: 'Manager', tabs: TABS },
  { role: 'Lead', tabs: TABS.slice(0, 5) },
  { role: 'Reviewer', tabs: TABS.slice(0, 4) },
  { role: 'Labeler', tabs: ['Tasks'] },
];

let project = '';
let projectName = '';

/** A project with tasks to label, one to review, a batch, and somebody else in it. */
async function prepare() {
  if (project) return;
  project = await makeProject('Of many roles', [CAT, CUP, CLOCK, CAT, CLOCK, CAT]);
  const answer = { tools: [], classifications: [], relations: [] };
  const cup = await taskOf(project, CUP);
  await api('POST', `/v2/annotate/${cup._id}?nextStage=true`, { answer });
  await api('POST', `/v2/batches/${project}`, { name: 'first day' });
  await joined('Grace Hopper', [{ projectId: project, projectRole: 'Labeler' }]);
  projectName = (await api<{ project: { name: string } }>('GET', `/v2/project/${project}`)).project.name;
}

/** A visitor with a role in the project, and what the hub refused them. */
async function comeAs(role: ProjectRole) {
  await prepare();
  const visitor = await Visitor.come();
  const refused: string[] = [];
  visitor.page.on('response', (answer) => {
    if (answer.status() === 403) refused.push(`${answer.request().method()} ${answer.url()}`);
  });
  await enter(visitor, `The ${role}`, [{ projectId: project, projectRole: role }]);
  return { visitor, page: visitor.page, refused };
}

const tabsOf = (page: Page) => page.getByRole('navigation', { name: projectName }).getByRole('link');
const tab = (page: Page, name: string) => tabsOf(page).filter({ hasText: new RegExp(`^\\s*${name}`) });

/** Nothing is on its way any more. */
async function settled(page: Page) {
  await expect.poll(() => page.locator('[aria-busy="true"], .skeleton:visible').count()).toBe(0);
}

const isThere = (verb: Locator, wanted: boolean) =>
  expect.poll(async () => (await verb.count()) > 0).toBe(wanted);

/** Whether the filter of assignees offers somebody else; who may be asked for comes after oneself. */
async function offersGrace(page: Page, wanted: boolean) {
  await page.getByRole('button', { name: 'Assignee', exact: true }).click();
  await page.getByRole('menuitemcheckbox').first().waitFor();
  await isThere(page.getByRole('menuitemcheckbox', { name: 'Grace Hopper' }), wanted);
  await page.keyboard.press('Escape');
}

it.each(ROLES)(
  'shows the $role the tabs and verbs of the role, and asks for nothing else',
  async ({ role, tabs }) => {
    const { visitor, page, refused } = await comeAs(role);
    const [manages, leads] = [role === 'Manager', role === 'Manager' || role === 'Lead'];
    await page.goto('/');
    await page.getByRole('link', { name: projectName }).waitFor();
    await isThere(page.getByRole('button', { name: 'Create project' }), false);
    await page.getByRole('button', { name: `Actions for ${projectName}` }).click();
    await page.getByRole('menu').waitFor();
    for (const verb of ['Settings', 'Clone…', 'Archive', 'Delete…'])
      await isThere(page.getByRole('menuitem', { name: verb }), manages);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: projectName }).click();
    await tab(page, tabs.includes('Assets') ? 'Assets' : 'Tasks').waitFor();
    const names = (await tabsOf(page).allInnerTexts()).map((text) => /[A-Za-z]+/.exec(text)?.[0]);
    expect(names).toEqual(tabs);

    for (const name of tabs) {
      await tab(page, name).click();
      await page.waitForURL(new RegExp(`/${name.toLowerCase()}$`));
      await settled(page);
      await visitor.screenshot(`role-${role.toLowerCase()}-${name.toLowerCase()}`);
      expect(await page.getByRole('alert').allInnerTexts(), name).toEqual([]);
      if (name === 'Assets') {
        await page.getByRole('grid', { name: 'Assets' }).waitFor();
        await isThere(page.getByRole('button', { name: 'Add Data' }), manages);
        await offersGrace(page, leads);
        await page.getByRole('button', { name: 'More filters' }).click();
        await page.getByRole('button', { name: 'Pre-labels', exact: true }).waitFor();
        await isThere(page.getByRole('button', { name: 'Storage', exact: true }), manages);
        await page.locator('[data-asset-index="0"]').focus();
        await page.keyboard.press('Space');
        await page.getByRole('toolbar').getByText('1 selected').waitFor();
        await isThere(page.getByRole('toolbar').getByRole('button', { name: 'Delete' }), manages);
        await page.keyboard.press('Escape');
        await page.locator('[data-asset-index="0"]').click();
        await page.locator('[data-picture="shown"]').waitFor();
        await page.keyboard.press('Escape');
      }
      if (name === 'Tasks') {
        await isThere(page.getByRole('checkbox', { name: 'Select all on this page' }), leads);
        if (leads) await offersGrace(page, true);
      }
      if (name === 'Batches') await isThere(page.getByRole('button', { name: 'Create batch' }), manages);
      if (name === 'Members') await isThere(page.getByRole('button', { name: 'Add people' }), leads);
    }

    const main = page.locator('a.button.primary');
    expect(await main.innerText()).toBe(role === 'Reviewer' ? 'Start reviewing' : 'Start labeling');
    await page.getByRole('link', { name: 'Start labeling' }).click();
    await new Desk(visitor).shown();
    await page.goto('/organization/storages');
    await settled(page);
    await isThere(page.getByRole('button', { name: 'Sandbox, IAM User', exact: true }), manages);
    await isThere(page.getByRole('heading', { name: 'Storages are shown to' }), !manages);
    await isThere(page.getByRole('button', { name: 'Try again' }), false);
    await isThere(page.getByRole('button', { name: 'Add Storage' }), false);
    for (const name of ['Members', 'Activity']) {
      await page.goto(`/organization/${name.toLowerCase()}`);
      await page
        .getByRole('heading', { name: `${name} ${name === 'Members' ? 'are' : 'is'} shown to admins` })
        .waitFor();
    }
    const own = page.getByRole('navigation', { name: 'Organization', exact: true }).getByRole('link');
    await expect.poll(() => own.allInnerTexts()).toEqual([...(manages ? ['Storages'] : []), 'API keys']);
    await page.getByRole('link', { name: 'Organization', exact: true }).click();
    await page.waitForURL(new RegExp(manages ? '/storages$' : '/api-keys$'));
    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByRole('button', { name: 'Create API key' }).waitFor();
    expect(refused).toEqual([]);
    await visitor.leave();
  },
);

it.each(ROLES)(
  'leads the $role by key and typed address to the tabs of the role only',
  async ({ role, tabs }) => {
    const { visitor, page, refused } = await comeAs(role);
    const visited = new Set<string>();
    page.on('framenavigated', (frame) => visited.add(new URL(frame.url()).pathname.split('/').at(-1) ?? ''));
    await page.goto(`/projects/${project}`);
    await tab(page, 'Tasks').waitFor();
    for (const name of tabs) {
      await visitor.chord('g', KEYS[name] ?? '');
      await page.waitForURL(new RegExp(`/${name.toLowerCase()}$`));
      await settled(page);
    }
    visited.clear();
    const closed = TABS.filter((name) => !tabs.includes(name));
    for (const name of closed) await visitor.chord('g', KEYS[name] ?? '');
    // What a key began would be over before the next one's is.
    await visitor.chord('g', 'p');
    await page.getByRole('heading', { name: 'Projects' }).waitFor();
    expect([...visited]).toEqual(['']);

    await page.goto(`/projects/${project}/tasks`);
    await tab(page, 'Tasks').waitFor();
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.getByText('Tasks of this project').waitFor();
    const told = await sheet.getByText(/ of this project$/).allInnerTexts();
    expect(told.map((text) => text.split(' ')[0]?.replace(/^Exports$/, 'Export'))).toEqual(tabs);
    await page.keyboard.press('Escape');
    const home = tabs.includes('Assets') ? 'assets' : 'tasks';
    for (const name of closed) {
      await page.goto(`/projects/${project}/${name.toLowerCase()}`, { waitUntil: 'commit' });
      // A project itself is opened with its assets, which a labeler did not ask for.
      if (name !== 'Assets') await page.getByText('That page is for people with another role').waitFor();
      await page.waitForURL(new RegExp(`/${home}$`));
      await settled(page);
    }
    expect(refused).toEqual([]);
    await visitor.leave();
  },
);

it('lets a Manager add data through a storage that is shown without its keys, to the picture on screen', async () => {
  const { visitor, page, refused } = await comeAs('Manager');
  const storage = ready.storages[0]?.name ?? '';
  const sample = (await assetsOf(ready.projectId)).find((asset) => fileNameOf(asset) === CAT);
  const empty = await makeProject('A Manager’s own', []);
  const me = await api<{ people: { email: string }[] }>(
    'GET',
    `/v2/project/${project}/people?search=the-manager&limit=1000`,
  );
  for (const { email } of me.people)
    await api('POST', `/v2/project/${empty}/assigned`, { assignees: [email], role: 'Manager' });
  await page.goto(`/projects/${empty}/assets`);
  await page.getByRole('button', { name: 'Add Data' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await dialog.getByLabel('Storage Method').click();
  await page.getByRole('option', { name: storage }).click();
  const rows = [{ data: sample?.data, externalId: 'from a list' }];
  await dialog.locator('input[type=file]').setInputFiles({
    name: 'list.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(rows)),
  });
  await dialog.getByText('1 row imported').waitFor();
  await dialog.getByRole('tab', { name: 'File Explorer' }).click();
  await dialog.getByLabel('Storage Method').click();
  await page.getByRole('option', { name: storage }).click();
  await dialog.getByRole('combobox', { name: 'Bucket' }).fill(ready.sandbox.bucket);
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await dialog.getByRole('option', { name: /^cute-cat\.jpg/ }).click();
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await dialog.getByText('1 row imported').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect.poll(() => page.locator('[role=gridcell] [data-thumbnail="shown"]').count()).toBe(2);
  await page.locator('[data-asset-index="0"]').click();
  await page.locator('[data-picture="shown"]').waitFor();
  await visitor.screenshot('role-manager-picture');
  await page.keyboard.press('Escape');

  await page.goto('/organization/storages');
  await page.getByRole('button', { name: storage, exact: true }).click();
  const sheet = page.getByRole('dialog', { name: storage, exact: true });
  await sheet.getByText('Storage ID').waitFor();
  expect(await page.content()).not.toContain(ready.sandbox.accessKeyId);
  await sheet.getByRole('button', { name: 'Test connection' }).click();
  await sheet.getByText('Everything works.').waitFor();
  await visitor.screenshot('role-manager-storage');
  expect(await visitor.axe()).toEqual([]);
  expect(refused).toEqual([]);
  await visitor.leave();
});

it.each(LOOKS)('tells a member of no project who sees storages, in $theme at $size px', async (how) => {
  await prepare();
  const looking = await Looking.begin(how);
  const { page } = looking.visitor;
  await enter(looking.visitor, 'No Project');
  await page.goto('/');
  await page.getByRole('heading', { name: 'No projects yet' }).waitFor();
  await looking.at('role-member-projects');
  await page.goto('/organization/storages');
  await page.getByRole('heading', { name: 'Storages are shown to' }).waitFor();
  await looking.at('role-member-storages');
  await page.goto(`/projects/${project}/settings`);
  await page.getByText('This project could not be opened.').waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await looking.at('role-member-project');
  await page.getByRole('main').getByRole('link', { name: 'Projects' }).click();
  await page.getByRole('heading', { name: 'No projects yet' }).waitFor();
  await looking.end(/404/);
});
