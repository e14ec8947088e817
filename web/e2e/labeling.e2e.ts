import { expect, it } from 'vitest';
import { assetsOf, useBrowser } from './harness';
import {
  CAT,
  CLOCK,
  CUP,
  makeProject,
  near,
  SCHEMA,
  sitDown,
  taskOf,
  tasksOf,
  TRIANGLE,
  type Point,
} from './labeling';

useBrowser();

it('draws with every tool, and what was drawn is the same to the pixel after a reload', async () => {
  const projectId = await makeProject('Every tool', [CAT]);
  const desk = await sitDown(projectId);
  const { page } = desk;

  await page.keyboard.press('r');
  const box = await desk.click([0.35, 0.3], [0.45, 0.5]);
  await page.keyboard.press('p');
  const polygon = await desk.click(...TRIANGLE);
  await page.keyboard.press('n');
  await page.keyboard.press('l');
  const line = await desk.click([0.3, 0.7], [0.5, 0.65], [0.65, 0.72]);
  await page.keyboard.press('n');
  await page.keyboard.press('o');
  const point = await desk.click([0.62, 0.5]);
  await expect.poll(() => desk.objects().count()).toBe(4);
  await desk.waitSaved();

  const { answer, isDraft } = await taskOf(projectId, CAT);
  expect(isDraft).toBe(true);
  const drawn = (title: string) => answer.tools.find((one) => one.title === title) ?? {};
  const { x, y, width, height } = (drawn('Car') as { 'bounding-box': Record<string, number> })[
    'bounding-box'
  ];
  near(
    [
      [x, y],
      [(x ?? 0) + (width ?? 0), (y ?? 0) + (height ?? 0)],
    ],
    box,
  );
  near((drawn('Road') as Record<string, unknown>).polygon, polygon);
  near((drawn('Lane') as Record<string, unknown>).polyline, line);
  near([(drawn('Light') as Record<string, unknown>).point], point);

  const before = await desk.canvas();
  await page.reload();
  await desk.shown();
  await expect.poll(() => desk.objects().count()).toBe(4);
  await desk.looksLike(before);
  await desk.visitor.screenshot('labeling-every-tool');
  expect((await taskOf(projectId, CAT)).answer).toEqual(answer);
  await desk.visitor.leave();
});

it('edits, undoes and redoes, and saves each', async () => {
  const projectId = await makeProject('Editing', [CAT]);
  const desk = await sitDown(projectId);
  const { page } = desk;
  await page.keyboard.press('p');
  const [first] = await desk.click(...TRIANGLE);
  await page.keyboard.press('n');
  await desk.waitSaved();

  await page.keyboard.press('v');
  await desk.click([0.5, 0.42]);
  const vertex = TRIANGLE[0] as Point;
  const moved = await desk.drag(vertex, [vertex[0] - 0.05, vertex[1] - 0.05]);
  const polygonOf = async () => (await taskOf(projectId, CAT)).answer.tools[0]?.polygon as Point[];
  const corner = async () => (await polygonOf())[0]?.[0];
  await expect.poll(corner).not.toBeCloseTo(first?.[0] ?? 0, 0);
  near([(await polygonOf())[0]], [moved.to], 1);
  await page.keyboard.press('Control+z');
  await expect.poll(corner).toBeCloseTo(first?.[0] ?? 0, 0);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(corner).toBeCloseTo(moved.to[0], 0);

  await page.keyboard.press('Delete');
  await expect.poll(async () => (await taskOf(projectId, CAT)).answer.tools.length).toBe(0);
  await page.getByText('Nothing is drawn yet').waitFor();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect.poll(async () => (await taskOf(projectId, CAT)).answer.tools.length).toBe(1);
  await desk.visitor.leave();
});

it('asks the questions of the schema, and does not submit before the required ones are answered', async () => {
  const projectId = await makeProject('Questions', [CAT]);
  const desk = await sitDown(projectId);
  const { page } = desk;
  await page.getByRole('radio', { name: 'Rain' }).check();
  await page.getByRole('textbox', { name: /How much/ }).fill('a lot');
  await page.getByText('This does not have the form').waitFor();
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByText('1 thing is missing').waitFor();
  await desk.visitor.screenshot('labeling-blocked');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT');
  await page.getByRole('textbox', { name: /How much/ }).fill('12 mm');
  await desk.waitSaved();
  const { answer } = await taskOf(projectId, CAT);
  expect(answer.classifications[0]).toMatchObject({
    schemaId: 'q-weather',
    answer: 'o-rain',
    classifications: [{ schemaId: 'q-much', answer: '12 mm' }],
  });
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByRole('heading', { name: 'Nothing left to label' }).waitFor();
  await desk.visitor.leave();
});

it('does everything with an object by keyboard alone', async () => {
  const projectId = await makeProject('Keyboard', [CAT]);
  const desk = await sitDown(projectId);
  const { page } = desk;
  await page.keyboard.press('r');
  for (const place of [
    [1, 1],
    [6, 4],
  ] as const) {
    for (let step = 0; step < place[0]; step++) await page.keyboard.press('Shift+ArrowRight');
    for (let step = 0; step < place[1]; step++) await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Enter');
  }
  await expect.poll(() => desk.objects().count()).toBe(1);
  // While the crosshair is used Enter places the next corner.
  const submit = page.getByRole('button', { name: 'Submit' });
  await expect.poll(() => submit.innerText()).toMatch(/Ctrl ⏎$/);
  await page.keyboard.press('Escape');
  await expect.poll(() => submit.innerText()).toMatch(/Submit\s*⏎$/);
  await page.keyboard.press(']');
  await expect.poll(() => desk.objects().first().getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('h');
  await page.getByRole('button', { name: 'Show Car 1' }).waitFor();
  await page.keyboard.press('Shift+H');
  await desk.objects().first().focus();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Hide Car 1');
  await page.keyboard.press('?');
  await page
    .getByRole('dialog', { name: 'Keyboard shortcuts' })
    .getByText('Submit or accept')
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
  await desk.waitSaved();
  expect((await taskOf(projectId, CAT)).answer.tools).toHaveLength(1);
  await desk.visitor.leave();
});

it('never throws away a shape that is still open: it goes with the submission, or what is missing is said', async () => {
  const projectId = await makeProject('Open shapes', [CAT, CUP, CLOCK]);
  const desk = await sitDown(projectId);
  const { page } = desk;
  const taskById = async (id: string) => (await tasksOf(projectId)).find(({ _id }) => _id === id);
  const said = (kind: string) => page.getByText(`Finish or remove (Esc) the open ${kind} first.`);
  const first = await desk.taskId();
  const [a, b, c] = TRIANGLE as [Point, Point, Point];
  await page.keyboard.press('p');
  const points = await desk.click(a, b);
  await page.getByRole('button', { name: 'Submit' }).click();
  await said('polygon').waitFor();
  await desk.visitor.screenshot('labeling-open-shape');
  expect(await taskById(first)).toMatchObject({ stage: 'Label', isDraft: false });
  await page.getByRole('link', { name: 'Back to the tasks' }).click();
  expect(await desk.taskId()).toBe(first);
  points.push(...(await desk.click(c)));
  await page.keyboard.press('Control+Enter');
  await desk.shown(first);
  await expect.poll(async () => (await taskById(first))?.stage).toBe('Review');
  near((await taskById(first))?.answer.tools[0]?.polygon, points);

  const second = await desk.taskId();
  await page.keyboard.press('r');
  await desk.click([0.35, 0.3]);
  await page.keyboard.press('Shift+S');
  await said('box').waitFor();
  expect(await desk.taskId()).toBe(second);
  await desk.click([0.45, 0.5]);
  await page.keyboard.press('l');
  await desk.click([0.5, 0.4], [0.6, 0.45]);
  await page.keyboard.press('Shift+S');
  await desk.shown(second);
  expect(await taskById(second)).toMatchObject({ isSkipped: true, answer: { tools: [{}, {}] } });

  const third = await desk.taskId();
  await page.keyboard.press('p');
  await desk.click(...TRIANGLE);
  await page.getByRole('link', { name: 'Back to the tasks' }).click();
  await page.getByRole('table', { name: 'Tasks' }).waitFor();
  await expect.poll(async () => (await taskById(third))?.answer.tools.length).toBe(1);
  expect(await taskById(third)).toMatchObject({ stage: 'Label', isDraft: true });
  await desk.visitor.leave();
});

it('leaves the second key of a shortcut to the page, and submits from a field that is written in', async () => {
  const projectId = await makeProject('Keys of the page', [CAT, CUP]);
  const desk = await sitDown(projectId);
  const { page, visitor } = desk;
  const first = await desk.taskId();
  await page.getByRole('radio', { name: 'Rain' }).check();
  await page.getByRole('textbox', { name: /How much/ }).fill('12 mm');
  const submit = page.getByRole('button', { name: 'Submit' });
  await expect.poll(() => submit.innerText()).toMatch(/Ctrl ⏎$/);
  await page.keyboard.press('Control+Enter');
  await desk.shown(first);
  await expect.poll(async () => (await taskOf(projectId, CAT)).stage).toBe('Review');
  await visitor.chord('g', 'p');
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
  await visitor.leave();
});

it('says where the list gives another size than the picture has', async () => {
  const projectId = await makeProject('Two sizes', [CAT], SCHEMA, { width: 600, height: 400 });
  const desk = await sitDown(projectId);
  const { page, visitor } = desk;
  const told = page.getByRole('note').filter({ hasText: 'The list says 600 × 400' });
  await told.waitFor();
  expect((await told.boundingBox())?.width).toBeGreaterThan(300);
  await visitor.screenshot('labeling-two-sizes');
  expect(await visitor.axe()).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(async () => (await told.boundingBox())?.height).toBeGreaterThan(28);
  await visitor.screenshot('labeling-two-sizes-narrow');
  await page.setViewportSize({ width: 1280, height: 800 });
  const [asset] = await assetsOf(projectId);
  await visitor.openAssets(projectId, `?asset=${asset?._id}`);
  await page.getByText('The list says 600 × 400 px').waitFor();
  expect(await page.locator('[data-size]').innerText()).not.toContain('600');
  await visitor.screenshot('large-view-two-sizes');
  await visitor.leave();
});
