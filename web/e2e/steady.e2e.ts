// What a first visit costs and how still it is: nothing moves while a page fills, and little is fetched until it is usable.
import { expect, it } from 'vitest';
import { PHONE, ready, useBrowser, Visitor } from './harness';
import { api } from './labeling';

useBrowser();

/** Every answer comes on its own, as it does over a network. */
const LATENCY_MS = 80;
const FETCHED_LIMIT_KB = 110;

type Shift = { value: number; moved: string[] };

/** Watches what moves without anybody having done anything. */
function watchShifts() {
  const shifts: Shift[] = [];
  Object.assign(window, { shifts });
  type Entry = PerformanceEntry & {
    value: number;
    hadRecentInput: boolean;
    sources: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[];
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Entry[]) {
      if (entry.hadRecentInput) continue;
      const moved = entry.sources.map(({ node, previousRect: from, currentRect: to }) => {
        const element = node instanceof Element ? node : node?.parentElement;
        const place = ({ x, y, width, height }: DOMRect) => [x, y, width, height].map(Math.round).join(' ');
        return `${element?.outerHTML.slice(0, 120)} from ${place(from)} to ${place(to)}`;
      });
      shifts.push({ value: entry.value, moved });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

async function slowly(visitor: Visitor) {
  const session = await visitor.context.newCDPSession(visitor.page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: LATENCY_MS,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
}

const PROJECT = `/projects/${ready.projectId}`;

it.each([
  { path: `${PROJECT}/assets`, shown: '[data-thumbnail="shown"]' },
  { path: `${PROJECT}/assets?view=table`, shown: '[data-thumbnail="shown"]' },
  { path: `${PROJECT}/tasks`, shown: '[data-task-id]' },
  { path: `${PROJECT}/overview`, shown: 'main section' },
  { path: `${PROJECT}/batches`, shown: 'h2:has-text("No batches yet"), td' },
  { path: `${PROJECT}/members`, shown: 'h2:has-text("Nobody was given a role"), td' },
  { path: `${PROJECT}/export`, shown: 'h2:has-text("No exports yet"), [data-export], li' },
  { path: `${PROJECT}/settings`, shown: 'input.title' },
  { path: '/', shown: 'td' },
  { path: '/organization/members', shown: 'td' },
  { path: '/organization/storages', shown: 'td' },
  { path: '/organization/api-keys', shown: 'td' },
  { path: '/organization/activity', shown: 'td' },
])('holds still while the page $path fills', async ({ path, shown }) => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('table').waitFor();
  await slowly(visitor);
  await page.addInitScript(watchShifts);
  await page.goto(path);
  await page.locator(shown).first().waitFor();
  await page.waitForLoadState('networkidle');
  const shifts = await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
  expect(shifts).toEqual([]);
  await visitor.leave();
});

it('holds still while the export form of a project with batches fills', async () => {
  const { project } = await api<{ project: { _id: string } }>('POST', '/v2/project', {
    name: `In batches ${Date.now()}`,
  });
  await api('POST', `/v2/batches/${project._id}`, { name: 'first' });
  const visitor = await Visitor.come('light', PHONE);
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('table').waitFor();
  await slowly(visitor);
  await page.addInitScript(watchShifts);
  await page.goto(`/projects/${project._id}/export`);
  await page.getByRole('combobox', { name: 'Batches' }).waitFor();
  await page.getByText('No exports yet').waitFor();
  await page.waitForLoadState('networkidle');
  expect(await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts)).toEqual([]);
  // The tab that is open stands clear of where the row of tabs fades.
  const { right, edge, isAtEnd } = await page.locator('main nav a[aria-current]').evaluate((tab) => {
    const row = tab.parentElement as HTMLElement;
    return {
      right: tab.getBoundingClientRect().right,
      edge: row.getBoundingClientRect().right,
      isAtEnd: row.scrollLeft + row.clientWidth >= row.scrollWidth - 1,
    };
  });
  expect(right).toBeLessThanOrEqual(isAtEnd ? edge : edge - 32);
  await visitor.screenshot('export-steady-phone');
  await visitor.leave();
});

it('holds still where the names of projects come after what was done in them', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('table').waitFor();
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/v2/listProjects*', (route) => held.then(() => route.continue()));
  await slowly(visitor);
  await page.addInitScript(watchShifts);
  const records = page.waitForResponse(/auditRecords/);
  await page.goto('/organization/activity');
  await (await records).finished();
  // Whatever the page makes of the records, it makes before the next frame.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  letGo();
  await page.locator('td').first().waitFor();
  await page.waitForLoadState('networkidle');
  expect(await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts)).toEqual([]);
  await visitor.leave();
});

it('keeps everything in its place where the typeface comes after the page', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await page.route('**/*.woff2', (route) => held.then(() => route.continue()));
  await page.goto(`${PROJECT}/assets`, { waitUntil: 'commit' });
  await page.locator('[data-thumbnail="shown"]').first().waitFor();
  await page.getByRole('link', { name: 'Start labeling' }).waitFor();
  const faces = () =>
    page.evaluate(() =>
      [...document.fonts].filter(({ status }) => status === 'loaded').map((face) => face.family),
    );
  expect((await faces()).join()).not.toContain('Inter Variable');
  const places = () =>
    page.locator('header :is(a, button), .project .head :is(h1, a)').evaluateAll((all) =>
      all.map((one) => {
        const { x, y, right, bottom } = one.getBoundingClientRect();
        return { text: one.textContent?.trim().slice(0, 20), edges: [x, y, right, bottom] };
      }),
    );
  const before = await places();
  letGo();
  await expect.poll(async () => (await faces()).join()).toContain('Inter Variable');
  await page.waitForLoadState();
  const after = await places();
  expect(after.length).toBe(before.length);
  const moved = after.filter(({ edges }, at) =>
    edges.some((edge, side) => Math.abs(edge - (before[at]?.edges[side] ?? 0)) > 12),
  );
  expect(moved).toEqual([]);
  await visitor.leave();
});

it('fetches little before the assets can be used', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('table').waitFor();
  const cold = await Visitor.come();
  await cold.context.addCookies(await visitor.context.cookies());
  // However long the first pictures take: what waits until the browser is idle waits until they are there.
  await cold.page.addInitScript(() => Object.assign(window, { requestIdleCallback: () => 0 }));
  await cold.openAssets();
  await cold.page.locator('[data-thumbnail="shown"]').first().waitFor();
  const scripts = await cold.page.evaluate(() =>
    (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(({ name }) => new URL(name).pathname.endsWith('.js'))
      .map(({ name, encodedBodySize, responseEnd, initiatorType }) => ({
        name: new URL(name).pathname.replace('/_app/immutable/', ''),
        bytes: encodedBodySize,
        at: Math.round(responseEnd),
        by: initiatorType,
      })),
  );
  const fetched = scripts.reduce((sum, { bytes }) => sum + bytes, 0) / 1024;
  expect(scripts.length).toBeGreaterThan(10);
  expect(fetched).toBeLessThan(FETCHED_LIMIT_KB);
  await visitor.leave();
  await cold.leave();
});
