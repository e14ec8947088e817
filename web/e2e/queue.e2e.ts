import { expect, it } from 'vitest';
import { useBrowser, Visitor } from './harness';
import { enter } from './joining';
import { CAT, CLOCK, CUP, Desk, makeProject, sitDown, taskOf, tasksOf } from './labeling';

useBrowser();

it('submits and shows the next task at once, fetched ahead, until nothing is left', async () => {
  const projectId = await makeProject('Queue', [CAT, CUP, CLOCK]);
  const visitor = await Visitor.come();
  const pictures: string[] = [];
  visitor.page.on('request', (request) => {
    if (/\.(jpg|png)\?/.test(request.url())) pictures.push(request.url());
  });
  await visitor.signIn();
  const desk = new Desk(visitor);
  await desk.open(projectId);
  const { page } = desk;
  await expect.poll(() => pictures.length).toBe(2);
  const first = await desk.taskId();
  await page.keyboard.press('Enter');
  await desk.shown(first);
  // It was there already: nothing had to be fetched for it.
  const second = await desk.taskId();
  await expect.poll(() => pictures.length).toBe(3);
  await page.getByText('1 done').waitFor();
  await page.keyboard.press('Enter');
  await desk.shown(second);
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByRole('heading', { name: 'Nothing left to label' }).waitFor();
  await visitor.screenshot('labeling-nothing-left');
  expect(pictures).toHaveLength(3);
  // Each was sent on its own; the last to be sent is not the last to arrive.
  await expect
    .poll(async () => (await tasksOf(projectId)).map(({ stage }) => stage))
    .toEqual(['Review', 'Review', 'Review']);
  await visitor.leave();
});

it('gives back what was fetched ahead when one leaves, and puts a skipped task last', async () => {
  const projectId = await makeProject('Leaving', [CAT, CUP]);
  const desk = await sitDown(projectId);
  const { page } = desk;
  const assignees = async () => (await tasksOf(projectId)).map(({ assignee }) => assignee !== null);
  await expect.poll(assignees).toEqual([true, true]);
  await page.getByRole('link', { name: 'Back to the tasks' }).click();
  await page.getByRole('table', { name: 'Tasks' }).waitFor();
  await expect.poll(assignees).toEqual([false, false]);

  await desk.open(projectId);
  const first = await desk.taskId();
  await page.getByRole('button', { name: 'Skip' }).click();
  await desk.shown(first);
  expect((await taskOf(projectId, CAT)).isSkipped).toBe(true);
  expect(await page.locator('[data-place]').innerText()).toBe('0 done · 2 left');
  await desk.visitor.leave();
});

it('rejects to the one who labeled it, and accepts', async () => {
  const projectId = await makeProject('Review', [CAT]);
  const desk = await sitDown(projectId);
  const { page } = desk;
  await page.keyboard.press('r');
  await desk.click([0.35, 0.3], [0.45, 0.5]);
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByRole('link', { name: 'Go to Tasks' }).click();
  await page.getByRole('link', { name: 'Start reviewing' }).click();
  await desk.shown();
  await desk.visitor.screenshot('labeling-review');
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByRole('heading', { name: 'Nothing left to review' }).waitFor();
  expect(await taskOf(projectId, CAT)).toMatchObject({ stage: 'Label', reviewStatus: 'Rejected' });

  await desk.open(projectId);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Nothing left to label' }).waitFor();
  await desk.open(projectId, 'label?stage=Review');
  await page.keyboard.press('o');
  await desk.click([0.62, 0.5]);
  await page.getByRole('button', { name: 'Accept as fixed' }).click();
  await page.getByRole('heading', { name: 'Nothing left to review' }).waitFor();
  const done = await taskOf(projectId, CAT);
  expect(done).toMatchObject({ stage: 'Complete', reviewStatus: 'Fixed' });
  expect(done.answer.tools).toHaveLength(2);
  await desk.visitor.leave();
});

it('shows a labeler who goes back no task that was given back, however long that took', async () => {
  const projectId = await makeProject('Going back', [CAT, CUP, CLOCK]);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await enter(visitor, 'Going Back', [{ projectId, projectRole: 'Labeler' }]);
  await page.goto(`/projects/${projectId}/tasks`);
  await page.getByRole('link', { name: 'Start labeling' }).click();
  const desk = new Desk(visitor);
  await desk.shown();
  const first = await desk.taskId();
  await page.keyboard.press('Enter');
  await desk.shown(first);
  const held = async () =>
    (await tasksOf(projectId)).filter(({ stage, assignee }) => stage === 'Review' || assignee !== null);
  await expect.poll(async () => (await held()).length).toBe(3);
  let letGo = () => {};
  const wait = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/release', (route) => wait.then(() => route.continue()));
  await page.goBack();
  const rows = page.locator('[data-task-id]');
  await expect.poll(() => rows.count()).toBe(2);
  await visitor.picturesDone();
  letGo();
  await expect.poll(() => rows.count()).toBe(0);
  await page.getByRole('link', { name: /^Tasks\s*0$/ }).waitFor();
  await visitor.leave();
});
