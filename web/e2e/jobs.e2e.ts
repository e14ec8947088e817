// What runs, at the top right: imports, exports and changes of assets, with how far each is, and a way to stop it.
import { expect, it } from 'vitest';
import { useBrowser, Visitor, WIDE } from './harness';
import { api, CAT, makeProject } from './labeling';
import { Looking, LOOKS, type Look } from './looking';

useBrowser();

const PLAIN: Look = { theme: 'light', size: '1280', viewport: WIDE };

type Job = Record<string, unknown> & { _id: string; kind: string; state: string; done: number };

/** Three jobs that go on for as long as a test looks at them, each of which can be stopped. */
async function running(visitor: Visitor, project: string) {
  const { page } = visitor;
  const common = { project, projectName: 'Street scenes', waiting: null, createdBy: '0'.repeat(24) };
  const times = { createdAt: new Date().toISOString(), startedAt: new Date().toISOString() };
  const made = (_id: string, more: object) => ({ ...common, ...times, _id, change: null, ...more }) as Job;
  const jobs = [
    made('1'.repeat(24), {
      kind: 'import',
      name: 'a list with quite a long name of its own.ndjson.gz',
      state: 'running',
      done: 412_000,
      total: null,
      unit: 'rows',
      share: 0.412,
    }),
    made('2'.repeat(24), {
      kind: 'export',
      name: 'Street scenes coco 2026-01-31.zip',
      state: 'queued',
      done: 0,
      total: 20_000,
      unit: 'tasks',
      share: 0,
    }),
    made('3'.repeat(24), {
      kind: 'assetChange',
      name: null,
      change: 'delete',
      state: 'running',
      done: 250_000,
      total: 1_000_000,
      unit: 'assets',
      share: 0.25,
    }),
  ];
  const stopped: string[] = [];
  const answered = (data: object) => ({ json: { status: 'success', data } });
  await page.route('**/v2/jobs', (route) => {
    for (const job of jobs) {
      if (job.state === 'running')
        Object.assign(job, { done: job.done + 5_000, share: Number(job.share) + 0.005 });
    }
    const left = jobs.filter(({ _id }) => !stopped.includes(_id));
    return route.fulfill(answered({ jobs: left, total: left.length }));
  });
  await page.route(/\/v2\/.*\/([0-9a-f]{24})\/cancel$/, (route) => {
    const id = new URL(route.request().url()).pathname.split('/').at(-2) ?? '';
    stopped.push(id);
    return route.fulfill(answered({}));
  });
  // An import that is not listed any more is asked for by itself.
  await page.route('**/v2/imports/*', (route) =>
    route.fulfill(answered({ import: { ...jobs[0], state: 'cancelled' } })),
  );
  return { jobs, stopped };
}

it.each(LOOKS)('shows what runs, in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { visitor } = looking;
  const { page } = visitor;
  await visitor.signIn();
  const idle = page.getByRole('button', { name: '0 jobs running' });
  await idle.waitFor();
  expect(await idle.innerText()).toBe(how.size === '1280' ? 'Jobs' : '');
  const { jobs } = await running(visitor, await makeProject('Running', []));
  await page.reload();
  await page.getByRole('button', { name: '3 jobs running' }).click();
  const menu = page.getByLabel('Running jobs');
  // Two looks at it tell how fast it is.
  await expect.poll(() => menu.getByText(/ left$/).count()).toBe(2);
  // However long a name is, what stands behind it is inside.
  expect(await menu.evaluate((panel) => panel.scrollWidth - panel.clientWidth)).toBe(0);
  await looking.at('jobs-of-every-kind');
  for (const job of jobs) Object.assign(job, { state: 'queued' });
  await expect.poll(() => menu.getByText('Waiting').count()).toBe(3);
  await looking.at('jobs-waiting');
  await looking.end();
});

it('leads to each job and stops it, and asks before much work is lost', async () => {
  const project = await makeProject('Stopped', []);
  const looking = await Looking.begin({
    theme: 'light',
    size: '1280',
    viewport: { width: 1280, height: 800 },
  });
  const { visitor } = looking;
  const { page } = visitor;
  await visitor.signIn();
  const { stopped } = await running(visitor, project);
  await page.reload();
  const menu = page.getByLabel('Running jobs');
  const open = (count: string) => page.getByRole('button', { name: `${count} running` }).click();

  await open('3 jobs');
  await menu.getByRole('progressbar', { name: /^Export of Street scenes/ }).waitFor();
  await menu.getByRole('link', { name: /^Street scenes coco/ }).click();
  await page.getByRole('heading', { name: 'No exports yet' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/projects/${project}/export`);
  await menu.waitFor({ state: 'detached' });

  await open('3 jobs');
  await menu.getByText(/^[2-9]\d\d,000 of 1,000,000 assets$/).waitFor();
  await menu.getByRole('button', { name: 'Cancel Deleting assets' }).click();
  await page.getByRole('button', { name: '2 jobs running' }).waitFor();
  await menu.getByRole('button', { name: /^Cancel Street scenes coco/ }).click();
  await page.getByRole('button', { name: '1 job running' }).waitFor();
  expect(stopped).toEqual(['3'.repeat(24), '2'.repeat(24)]);

  await menu.getByRole('button', { name: /^Cancel a list/ }).click();
  const question = page.getByRole('dialog', { name: /^Cancel the import of a list/ });
  await question.waitFor();
  await looking.at('jobs-cancel-import');
  await question.getByRole('button', { name: 'Cancel import' }).click();
  await page.getByRole('button', { name: '0 jobs running' }).waitFor();
  expect(stopped).toHaveLength(3);
  await open('0 jobs');
  await menu.getByText('Nothing is running.').waitFor();
  await looking.end();
});

it('has the lists look again when something ordered elsewhere begins and ends', async () => {
  const project = await makeProject('Elsewhere', []);
  const looking = await Looking.begin(PLAIN);
  const { visitor } = looking;
  const { page } = visitor;
  await visitor.signIn();
  let isRunning = false;
  await page.route('**/v2/jobs', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { data: { jobs: object[] } };
    const job = { _id: '2'.repeat(24), kind: 'export', project, projectName: 'Elsewhere', name: 'one.zip' };
    const state = {
      state: 'queued',
      done: 0,
      total: 1,
      unit: 'tasks',
      share: 0,
      change: null,
      waiting: null,
    };
    if (isRunning) body.data.jobs.push({ ...job, ...state });
    return route.fulfill({ response, json: body });
  });
  await page.goto(`/projects/${project}/export`);
  await page.getByRole('heading', { name: 'No exports yet' }).waitFor();
  const order = { format: 'json', stage: [] };
  const { export: made } = await api<{ export: { _id: string } }>(
    'POST',
    `/v2/project/${project}/exports`,
    order,
  );
  isRunning = true;
  await page.locator(`[data-export="${made._id}"]`).waitFor();
  await looking.end();
});

it('shows a long change while it goes on, also after a reload, and stops it', async () => {
  const project = await makeProject('Long change', [CAT]);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const answer = await visitor.context.request.get('/v2/session');
  const session = (await answer.json()) as { data: { user: { _id: string } } };
  const change = {
    _id: '0'.repeat(24),
    project,
    kind: 'delete',
    state: 'running',
    assetsTotal: 1_000_000,
    assetsDone: 412_000,
    assetsLeft: 0,
    createdAt: new Date().toISOString(),
    createdBy: session.data.user._id,
    finishedAt: null as string | null,
  };
  const answered = (data: object) => ({ json: { status: 'success', data } });
  // A million rows take seconds only; what is on screen meanwhile shall hold still to be looked at.
  let each = 0;
  await page.route(`**/v2/project/${project}/assetChanges*`, (route) => {
    if (change.state === 'running') change.assetsDone += each;
    return route.fulfill(answered({ changes: [change], total: 1 }));
  });
  await page.route('**/assetChanges/*/cancel', (route) => {
    Object.assign(change, { state: 'cancelled', assetsDone: 412_000, finishedAt: new Date().toISOString() });
    return route.fulfill(answered({ change }));
  });
  let undone = 0;
  await page.route('**/assetChanges/*/undo', (route) => {
    undone += 1;
    return route.fulfill({ status: 429, json: { status: 'fail', code: 'hub.busy', message: 'Too many.' } });
  });
  await visitor.openAssets(project, '?view=table');
  await page.getByText('412,000 of 1,000,000').waitFor();
  await page.reload();
  await page.getByRole('progressbar', { name: 'Deleting assets' }).waitFor();
  const row = page.locator('[data-asset-index="0"]');
  const place = await row.boundingBox();
  each = 1_000;
  await page.getByText(/^4\d\d,000 of 1,000,000 · [\d,]+\/s · \d+ (s|min) left$/).waitFor();
  await visitor.screenshot('assets-change-running');
  expect(await visitor.axe()).toEqual([]);
  // Whoever presses Cancel once more just when it has become the way back.
  await page.evaluate(() => {
    const press = () => {
      const undo = [...document.querySelectorAll('button')].find(
        ({ textContent }) => textContent.trim() === 'Undo',
      );
      if (undo) pressing.disconnect();
      undo?.click();
    };
    const pressing = new MutationObserver(press);
    pressing.observe(document.body, { childList: true, subtree: true });
  });
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page
    .locator('.toast.info', { hasText: 'Stopped. 412,000 assets had been changed already.' })
    .waitFor();
  await expect.poll(() => page.getByRole('progressbar').count()).toBe(0);
  expect(await row.boundingBox()).toEqual(place);
  const undo = page.getByRole('button', { name: 'Undo' });
  await expect.poll(() => undo.isEnabled()).toBe(true);
  expect(undone).toBe(0);
  await undo.click();
  await page.getByText('Too many.').waitFor();
  expect(undone).toBe(1);
  await visitor.leave(/status of 429 .*\/undo$/);
});
