import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { useBrowser, Visitor } from './harness';
import { api, CAT, makeProject, sitDown, taskOf, TRIANGLE, type Point } from './labeling';
import { covers, readMask, unzip } from './masks';

useBrowser();

type Told = { _id: string; state: string; downloadUrl: string | null };

async function exported(
  visitor: Visitor,
  projectId: string,
  choose: () => Promise<void>,
): Promise<Map<string, Buffer>> {
  const { page } = visitor;
  await page.goto(`/projects/${projectId}/export`);
  await choose();
  const created = page.waitForResponse(
    (answer) => answer.request().method() === 'POST' && answer.url().endsWith('/exports'),
  );
  await page.getByRole('button', { name: 'Create export' }).click();
  const { data } = (await (await created).json()) as { data: { export: { _id: string } } };
  const row = page.locator(`[data-export="${data.export._id}"]`);
  await row.and(page.locator('[data-state="completed"]')).waitFor();
  const download = page.waitForEvent('download');
  await row.getByRole('link', { name: 'Download' }).click();
  return unzip(readFileSync(await (await download).path()));
}

it('exports the mask of a drawn polygon, the same to the pixel', async () => {
  const projectId = await makeProject('Masks', [CAT]);
  const desk = await sitDown(projectId);
  const { page, visitor } = desk;
  const shown = await page.locator('[data-size]').innerText();
  await page.keyboard.press('p');
  await desk.click(...TRIANGLE);
  await page.keyboard.press('n');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByRole('heading', { name: 'Nothing left to label' }).waitFor();
  const polygon = (await taskOf(projectId, CAT)).answer.tools[0]?.polygon as Point[];

  const files = await exported(visitor, projectId, async () => {
    await page.getByRole('radio', { name: /Bitmasks/ }).check();
    await page.getByRole('checkbox', { name: 'Review', exact: true }).check();
  });
  const png = [...files].find(([name]) => name.endsWith('.png'))?.[1] as Buffer;
  const mask = readMask(png);
  expect(`${mask.width} × ${mask.height}`).toBe(shown);
  let [set, different] = [0, 0];
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if (mask.isSet(x, y)) set += 1;
      if (mask.isSet(x, y) !== covers(polygon, x, y)) different += 1;
    }
  }
  expect(set).toBeGreaterThan(1000);
  expect(different).toBe(0);
  await visitor.screenshot('export-done');
  await visitor.leave();
});

it('exports the labels as JSON and as COCO', async () => {
  const projectId = await makeProject('Labels', [CAT]);
  const desk = await sitDown(projectId);
  const { page, visitor } = desk;
  await page.keyboard.press('r');
  await desk.click([0.35, 0.3], [0.45, 0.5]);
  await desk.waitSaved();
  const json = await exported(visitor, projectId, () =>
    page.getByRole('checkbox', { name: 'Label', exact: true }).check(),
  );
  const [first] = [...json.values()];
  const rows = JSON.parse(first?.toString() ?? '') as { externalId: string; task: { tools: object[] } }[];
  expect(rows[0]?.externalId).toBe(CAT);
  expect(rows[0]?.task.tools).toHaveLength(1);

  const coco = await exported(visitor, projectId, async () => {
    await page.getByRole('radio', { name: /COCO/ }).check();
    await page.getByRole('checkbox', { name: 'Label', exact: true }).check();
  });
  const found = JSON.parse([...coco.values()][0]?.toString() ?? '') as {
    annotations: object[];
    images: object[];
  };
  expect([found.images.length, found.annotations.length]).toEqual([1, 1]);
  await visitor.leave();
});

it('orders an export again that was cancelled', async () => {
  const projectId = await makeProject('Cancelled', [CAT]);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const first = { state: 'running', id: '' };
  // An export of one picture ends at once; this one holds still to be cancelled.
  await page.route(`**/v2/project/${projectId}/exports`, async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { data: { export?: Told; exports?: Told[] } };
    first.id ||= body.data.export?._id ?? '';
    for (const one of body.data.exports ?? []) {
      if (one._id === first.id) Object.assign(one, { state: first.state, downloadUrl: null });
    }
    return route.fulfill({ response, json: body });
  });
  await page.route('**/v2/exports/*/cancel', (route) => {
    first.state = 'cancelled';
    return route.continue();
  });
  await page.goto(`/projects/${projectId}/export`);
  await page.getByRole('radio', { name: /COCO/ }).check();
  await page.getByRole('checkbox', { name: 'Label', exact: true }).check();
  await page.getByRole('button', { name: 'Create export' }).click();
  await page.locator('[data-export][data-state="running"]').getByRole('button', { name: 'Cancel' }).click();
  await page.locator('[data-export][data-state="cancelled"]').waitFor();
  await page.getByText('The export “COCO” was cancelled.').waitFor();
  await visitor.screenshot('export-cancelled');
  await page.keyboard.press('F8');
  await page.keyboard.press('Enter');
  await page.locator('[data-export][data-state="completed"]').waitFor();
  const made = await api<{ exports: { format: string; options: object }[] }>(
    'GET',
    `/v2/project/${projectId}/exports`,
  );
  expect(made.exports.map(({ format }) => format)).toEqual(['coco', 'coco']);
  expect(made.exports[0]?.options).toEqual(made.exports[1]?.options);
  await visitor.leave();
});

it('asks for a stage before anything is exported', async () => {
  const projectId = await makeProject('No stage', []);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto(`/projects/${projectId}/export`);
  await page.getByRole('heading', { name: 'No exports yet' }).waitFor();
  await page.getByRole('checkbox', { name: 'Complete' }).uncheck();
  await page.getByText('Choose at least one stage.').waitFor();
  expect(await page.getByRole('button', { name: 'Create export' }).isDisabled()).toBe(true);
  await visitor.leave();
});

it('says before and after that nothing is in an export, and where the tasks are', async () => {
  const projectId = await makeProject('Nothing complete', [CAT]);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto(`/projects/${projectId}/export`);
  await page.getByText('No task is in Complete; 1 is in Label.').waitFor();
  await page.getByRole('button', { name: 'Create export' }).click();
  await page.getByText('Nothing was in it').waitFor();
  await visitor.screenshot('exports-nothing');
  await page.goto(`/projects/${projectId}/export?stage=Label`);
  await page.getByRole('checkbox', { name: 'Label', exact: true }).and(page.locator(':checked')).waitFor();
  expect(await page.getByText('No task is in').count()).toBe(0);
  await visitor.leave();
});
