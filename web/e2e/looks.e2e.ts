// The pages of labeling in both themes and both sizes: accessible, inside the screen, and kept as a picture to look at.
import { expect, it } from 'vitest';
import { PHONE, useBrowser, Visitor, WIDE, type Theme } from './harness';
import { api, CAT, CLOCK, CUP, Desk, makeProject, taskOf } from './labeling';

useBrowser();

const looks: { theme: Theme; size: string; viewport: typeof WIDE }[] = [
  { theme: 'light', size: '1280', viewport: WIDE },
  { theme: 'dark', size: '1280', viewport: WIDE },
  { theme: 'light', size: '360', viewport: PHONE },
  { theme: 'dark', size: '360', viewport: PHONE },
];

/** Made by the first test that needs it. */
let made: Promise<string> | undefined;

async function make(): Promise<string> {
  const projectId = await makeProject('Looks', [CAT, CUP, CLOCK]);
  const drawn = (schemaId: string, title: string, shape: object) => ({
    objectId: schemaId,
    schemaId,
    title,
    classifications: [],
    ...shape,
  });
  const tools = [
    drawn('c-car', 'Car', { 'bounding-box': { x: 60, y: 40, width: 120, height: 90 } }),
    drawn('c-road', 'Road', { polygon: [[200, 60], [320, 90], [260, 220]] }), // prettier-ignore
    drawn('c-lane', 'Lane', { polyline: [[40, 200], [150, 170], [230, 260]] }), // prettier-ignore
    drawn('c-light', 'Light', { point: [380, 120] }),
  ];
  const answer = { tools, classifications: [], relations: [] };
  const { _id } = await taskOf(projectId, CAT);
  await api('POST', `/v2/annotate/${_id}`, { answer, draft: true });
  const cup = await taskOf(projectId, CUP);
  await api('POST', `/v2/annotate/${cup._id}?nextStage=true`, { answer });
  return projectId;
}

it.each(looks)('are accessible in $theme at $size px', async ({ theme, size, viewport }) => {
  const visitor = await Visitor.come(theme, viewport);
  const { page } = visitor;
  const desk = new Desk(visitor);
  const wrong: string[] = [];
  async function look(name: string) {
    await visitor.screenshot(`${name}-${size}-${theme}`);
    wrong.push(...(await visitor.axe()).map((found) => `${name}: ${found}`));
    if (await visitor.overflows()) wrong.push(`${name}: wider than the screen`);
  }

  const projectId = await (made ??= make());
  await visitor.signIn();
  await page.goto(`/projects/${projectId}/tasks`);
  await page.getByRole('table', { name: 'Tasks' }).waitFor();
  await visitor.picturesDone();
  await look('tasks');
  await page.getByRole('checkbox', { name: `Select ${CAT}` }).check();
  await look('tasks-selected');
  await page.getByRole('toolbar').getByRole('button', { name: 'Requeue' }).click();
  await page.getByRole('dialog').waitFor();
  await look('tasks-requeue');
  await page.goto(`/projects/${projectId}/export`);
  await page.getByRole('radio', { name: /Bitmasks/ }).check();
  await look('export');

  await desk.open(projectId, `tasks/${(await taskOf(projectId, CAT))._id}`);
  await page.keyboard.press(']');
  await look('editor');
  if (size === '1280') {
    await page.getByRole('button', { name: 'Brightness, contrast, opacity' }).click();
    await page.getByRole('slider', { name: 'Brightness' }).waitFor();
    await look('editor-brightness');
    await page.keyboard.press('Escape');
  } else {
    for (const sheet of ['Classes', 'Objects', 'Questions']) {
      await page.getByRole('button', { name: sheet, exact: true }).last().click();
      await look(`editor-${sheet.toLowerCase()}`);
    }
  }
  await desk.open(projectId, `tasks/${(await taskOf(projectId, CUP))._id}`);
  await page.getByRole('button', { name: 'Accept' }).waitFor();
  await look('editor-review');

  expect(wrong).toEqual([]);
  await visitor.leave();
});
