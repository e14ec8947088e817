import { expect, it } from 'vitest';
import { useBrowser, Visitor } from './harness';
import { api, CAT, CUP, Desk, makeProject, sitDown, taskOf, TRIANGLE, type Point } from './labeling';

useBrowser();

it('loses nothing when the network is cut in the middle, nor when the tab is closed meanwhile', async () => {
  const projectId = await makeProject('Network', [CAT, CUP]);
  const desk = await sitDown(projectId);
  const { page, visitor } = desk;
  await page.keyboard.press('r');
  await desk.click([0.35, 0.3], [0.45, 0.5]);
  await desk.waitSaved();
  await visitor.context.setOffline(true);
  await page.keyboard.press('p');
  await desk.click(...TRIANGLE);
  await page.keyboard.press('n');
  await page.getByText('Offline: kept here').waitFor();
  await visitor.screenshot('labeling-offline');
  expect((await taskOf(projectId, CAT)).answer.tools).toHaveLength(1);
  await visitor.context.setOffline(false);
  await desk.waitSaved();
  expect((await taskOf(projectId, CAT)).answer.tools).toHaveLength(2);

  await visitor.context.setOffline(true);
  await page.keyboard.press('o');
  await desk.click([0.62, 0.5]);
  await page.getByText('Offline: kept here').waitFor();
  await page.close();
  await visitor.context.setOffline(false);
  const again = await visitor.context.newPage();
  await again.goto(`/projects/${projectId}/label`);
  await expect.poll(async () => (await taskOf(projectId, CAT)).answer.tools.length).toBe(3);
  await expect.poll(() => again.getByRole('grid', { name: 'Objects' }).getByRole('row').count()).toBe(3);
  // The closed tab's last try may reach the hub before the new tab's: then the same answer is refused once, as changed
  // meanwhile, and taken for what it is.
  await visitor.leave(/ERR_INTERNET_DISCONNECTED|status of 409/);
});

it('goes on after a hub that was away for a while, with a submission that was made meanwhile', async () => {
  const projectId = await makeProject('Hub away', [CAT, CUP]);
  const desk = await sitDown(projectId);
  const { page, visitor } = desk;
  const first = await desk.taskId();
  await page.keyboard.press('r');
  await desk.click([0.35, 0.3], [0.45, 0.5]);
  await desk.waitSaved();
  await page.route('**/v2/annotate/**', (route) => route.abort('connectionrefused'));
  await page.getByRole('button', { name: 'Submit' }).click();
  await desk.shown(first);
  await page.getByText('1 task to be sent').waitFor();
  expect((await taskOf(projectId, CAT)).stage).toBe('Label');
  await page.unroute('**/v2/annotate/**');
  await expect.poll(async () => (await taskOf(projectId, CAT)).stage).toBe('Review');
  await page.getByText('1 task to be sent').waitFor({ state: 'detached' });
  await visitor.leave(/ERR_CONNECTION_REFUSED/);
});

it('asks which version to keep when somebody else changed the task', async () => {
  const projectId = await makeProject('Two at once', [CAT]);
  const desk = await sitDown(projectId);
  const { page, visitor } = desk;
  const path = `tasks/${await desk.taskId()}`;
  await page.keyboard.press('r');
  await desk.click([0.35, 0.3], [0.45, 0.5]);
  await desk.waitSaved();
  const other = new Desk(await Visitor.come());
  await other.visitor.signIn();
  await other.open(projectId, path);
  await other.page.keyboard.press('o');
  await other.click([0.62, 0.5]);
  await other.waitSaved();

  await page.keyboard.press('p');
  await desk.click(...TRIANGLE);
  await page.keyboard.press('n');
  const dialog = page.getByRole('dialog', { name: 'Somebody else changed this task' });
  await dialog.waitFor();
  await visitor.screenshot('labeling-conflict');
  expect(await visitor.axe()).toEqual([]);
  await dialog.getByRole('button', { name: 'Keep mine' }).click();
  await desk.waitSaved();
  const titles = async () => (await taskOf(projectId, CAT)).answer.tools.map(({ title }) => title).sort();
  expect(await titles()).toEqual(['Car', 'Road']);

  await other.page.keyboard.press('o');
  await other.click([0.55, 0.7]);
  const theirs = other.page.getByRole('dialog', { name: 'Somebody else changed this task' });
  await theirs.getByRole('button', { name: 'Take theirs' }).click();
  await expect.poll(() => other.objects().count()).toBe(2);
  await other.waitSaved();
  expect(await titles()).toEqual(['Car', 'Road']);
  await visitor.leave(/status of 409/);
  await other.visitor.leave(/status of 409/);
});

it('signs in again in place when the session ends, and goes on without loss', async () => {
  const projectId = await makeProject('Signed out', [CAT]);
  const desk = await sitDown(projectId);
  const { page, visitor } = desk;
  await visitor.context.clearCookies();
  await page.keyboard.press('r');
  await desk.click([0.35, 0.3], [0.45, 0.5]);
  const dialog = page.getByRole('dialog', { name: 'Sign in to go on' });
  await dialog.waitFor();
  await visitor.screenshot('labeling-signed-out');
  await visitor.typePassword(dialog);
  await desk.waitSaved();
  expect((await taskOf(projectId, CAT)).answer.tools).toHaveLength(1);
  expect(await desk.objects().count()).toBe(1);
  await visitor.leave(/status of 401/);
});

it('leaves the editor as it is when somebody changes the project meanwhile', async () => {
  const projectId = await makeProject('Renamed', [CAT]);
  const desk = await sitDown(projectId);
  const { page } = desk;
  await page.keyboard.press('r');
  await desk.click([0.35, 0.3], [0.45, 0.5]);
  await desk.waitSaved();
  await page.keyboard.press('p');
  const [a, b, c] = TRIANGLE as [Point, Point, Point];
  await desk.click(a, b);
  const name = `Has another name ${Date.now()}`;
  await api('POST', `/v2/project/${projectId}`, { name });
  // The tab is looked at again after a while.
  await page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 60_000;
    window.dispatchEvent(new Event('visibilitychange'));
  });
  await page.getByText(name).waitFor();
  await desk.click(c);
  await page.keyboard.press('n');
  await expect.poll(() => desk.objects().count()).toBe(2);
  await expect.poll(async () => (await taskOf(projectId, CAT)).answer.tools.length).toBe(2);
  await desk.visitor.leave();
});
