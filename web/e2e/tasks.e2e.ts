import { expect, it } from 'vitest';
import { assetsOf, ready, useBrowser, Visitor } from './harness';
import { api, CAT, CLOCK, CUP, Desk, makeProject, taskOf, tasksOf } from './labeling';
import { FROM_BUCKETS } from './sandbox';

useBrowser();

async function openTasks(projectId: string, query = ''): Promise<Visitor> {
  const visitor = await Visitor.come();
  await visitor.signIn();
  await visitor.page.goto(`/projects/${projectId}/tasks${query}`);
  await visitor.page.getByRole('table', { name: 'Tasks' }).waitFor();
  return visitor;
}

it('lists the tasks of a project with their stages, finds and filters them, and opens one', async () => {
  const projectId = await makeProject('Tasks tab', [CAT, CUP, CLOCK]);
  const cup = await taskOf(projectId, CUP);
  await api('POST', `/v2/annotate/${cup._id}?nextStage=true`, {
    answer: { tools: [], classifications: [], relations: [] },
  });
  const visitor = await openTasks(projectId);
  const { page } = visitor;
  const rows = page.locator('[data-task-id]');
  await expect.poll(() => rows.count()).toBe(3);
  await visitor.picturesDone();
  await page.getByRole('button', { name: 'Stage', exact: true }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Review' }).click();
  await expect.poll(() => rows.count()).toBe(1);
  expect(await rows.first().innerText()).toContain('Review');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.keyboard.press('/');
  await page.keyboard.type(CLOCK);
  await expect.poll(() => rows.count()).toBe(1);
  await page.getByRole('link', { name: `Open ${CLOCK}` }).click();
  await new Desk(visitor).shown();
  expect(await page.locator('h1').innerText()).toContain(CLOCK);
  await page.getByRole('link', { name: 'Back to the tasks' }).click();
  await page.getByRole('table', { name: 'Tasks' }).waitFor();
  await visitor.leave();
});

it('submits the task that was opened, says so once, and is back at the list', async () => {
  const projectId = await makeProject('Submitted from the list', [CAT, CUP]);
  const visitor = await openTasks(projectId);
  const { page } = visitor;
  await page.getByRole('link', { name: `Open ${CUP}` }).click();
  await new Desk(visitor).shown();
  await page.getByRole('button', { name: /^Submit/ }).click();
  await page.getByRole('table', { name: 'Tasks' }).waitFor();
  await page.locator('.toast', { hasText: `${CUP} was submitted` }).waitFor();
  expect(await page.locator('.toast').count()).toBe(1);
  await visitor.leave();
});

it('assigns, prioritizes and requeues many tasks at once', async () => {
  const projectId = await makeProject('Many tasks', [CAT, CUP, CLOCK]);
  const visitor = await openTasks(projectId);
  const { page } = visitor;
  const select = () => page.getByRole('checkbox', { name: 'Select all on this page' }).check();
  const bar = page.getByRole('toolbar');
  const dialog = page.getByRole('dialog');

  await select();
  await bar.getByText('3 selected').waitFor();
  await bar.getByRole('button', { name: 'Assign' }).click();
  await dialog.getByRole('button', { name: 'Assign' }).click();
  await dialog.getByText('Choose a person, or Nobody.').waitFor();
  // Found by the address as well as by the name.
  await dialog.getByRole('combobox').fill(ready.email);
  await dialog.getByRole('option', { name: 'Me' }).click();
  await visitor.screenshot('dialog-task-assigned');
  await dialog.getByRole('button', { name: 'Assign' }).click();
  await page.getByText('3 tasks assigned.').waitFor();
  expect((await tasksOf(projectId)).map(({ assignee }) => assignee)).toEqual(Array(3).fill(ready.email));
  // By name, as everywhere else; the address is told to whoever points at it.
  const shown = page.locator('tbody .assignee');
  await expect.poll(() => shown.allInnerTexts()).toEqual(Array(3).fill('Me'));
  expect(await shown.first().getByTitle(ready.email).count()).toBe(1);

  await select();
  await bar.getByRole('button', { name: 'Assign' }).click();
  await dialog.getByRole('option', { name: 'Nobody' }).click();
  await dialog.getByRole('button', { name: 'Assign' }).click();
  await page.getByText('3 tasks unassigned.').waitFor();
  expect((await tasksOf(projectId)).map(({ assignee }) => assignee)).toEqual([null, null, null]);

  await select();
  await bar.getByRole('button', { name: 'Priority' }).click();
  await dialog.getByLabel('Priority').fill('first');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await dialog.getByText('Enter a whole number').waitFor();
  await dialog.getByLabel('Priority').fill('7');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Priority of 3 assets changed.').waitFor();
  expect((await tasksOf(projectId)).map(({ priority }) => priority)).toEqual([7, 7, 7]);

  await select();
  await bar.getByRole('button', { name: 'Requeue' }).click();
  await dialog.getByLabel('To stage').click();
  await page.getByRole('option', { name: 'Complete' }).click();
  await dialog.getByRole('button', { name: 'Requeue' }).click();
  await page.getByText('3 tasks moved to Complete.').waitFor();
  const after = await tasksOf(projectId);
  expect(after.map(({ stage, assignee }) => [stage, assignee])).toEqual(Array(3).fill(['Complete', null]));
  await expect.poll(() => page.locator('[data-task-id]').getByText('Complete').count()).toBe(3);

  // What cannot be brought back is confirmed by its number.
  await select();
  await bar.getByRole('button', { name: 'Requeue' }).click();
  const requeue = dialog.getByRole('button', { name: 'Requeue' });
  await dialog.getByLabel('Remove the stage history').check();
  expect(await requeue.isDisabled()).toBe(true);
  await dialog.getByLabel('Type “3 tasks” to confirm').fill('3 tasks');
  await requeue.click();
  await page.getByText('3 tasks moved to').last().waitFor();
  await visitor.leave();
});

it('keeps what is selected while another page is looked at, and changes it all', async () => {
  const projectId = await makeProject('Pages of tasks', []);
  const assets = Array.from({ length: 60 }, (_, n) => ({ data: `https://example.invalid/${n}.jpg` }));
  await api('POST', `/v2/project/${projectId}/cloud`, { assets });
  await expect.poll(async () => (await tasksOf(projectId)).length).toBe(60);
  const visitor = await openTasks(projectId);
  const { page } = visitor;
  const bar = page.getByRole('toolbar');
  const all = page.getByRole('checkbox', { name: 'Select all on this page' });
  await all.check();
  await bar.getByText('50 selected').waitFor();
  await page.getByRole('button', { name: 'Next page' }).click();
  await expect.poll(() => page.locator('[data-task-id]').count()).toBe(10);
  expect(await all.isChecked()).toBe(false);
  await all.check();
  await bar.getByText('60 selected').waitFor();
  await all.uncheck();
  await bar.getByText('50 selected').waitFor();
  await page.getByRole('button', { name: 'Priority' }).click();
  await page.getByRole('dialog').getByLabel('Priority').fill('3');
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  await page.getByText('Priority of 50 assets changed.').waitFor();
  expect((await tasksOf(projectId)).filter(({ priority }) => priority === 3)).toHaveLength(50);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Undone: the priority of 50 assets.').waitFor();
  expect((await tasksOf(projectId)).filter(({ priority }) => priority === 3)).toHaveLength(0);
  // Nobody answers for these pictures.
  await visitor.leave(/ERR_NAME|example\.invalid|Failed to load/);
});

it('says when a project has no tasks and when none matches', async () => {
  const projectId = await makeProject('No tasks', []);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto(`/projects/${projectId}/tasks`);
  await page.getByRole('heading', { name: 'No tasks yet' }).waitFor();
  await page.goto(`/projects/${projectId}/tasks?stage=Review`);
  await page.getByRole('heading', { name: 'No task matches' }).waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await page.getByRole('heading', { name: 'No tasks yet' }).waitFor();
  await page.goto(`/projects/${projectId}/tasks?externalId=cute`);
  await page.getByText('An External ID is found here by the whole of it').waitFor();
  await visitor.leave();
});

it('names the cause why a picture cannot be shown, as the assets do', async () => {
  const projectId = await makeProject('Causes of tasks', []);
  const [sample] = await assetsOf(ready.projectId);
  const data = sample?.data.replace(ready.sandbox.bucket, 'no-such-bucket');
  const assets = [{ data, storage: sample?.storage, externalId: 'gone' }];
  await api('POST', `/v2/project/${projectId}/cloud`, { assets });
  await expect.poll(async () => (await tasksOf(projectId)).length).toBe(1);
  const visitor = await openTasks(projectId);
  const cause = visitor.page.locator('[data-thumbnail="noBucket"]');
  await cause.waitFor();
  const told = await cause.getAttribute('title');
  expect(told).toContain('no-such-bucket');
  await visitor.openAssets(projectId);
  await cause.waitFor();
  expect(await cause.getAttribute('title')).toBe(told);
  await visitor.leave(FROM_BUCKETS);
});
