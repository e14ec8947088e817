// The Assets tab's filter by what was answered: classes, questions at any depth and choices, there or not there.
import { expect, it } from 'vitest';
import { useBrowser, Visitor } from './harness';
import { enter } from './joining';
import { api, CAT, CLOCK, CUP, makeProject, taskOf } from './labeling';
import { Looking, LOOKS } from './looking';

useBrowser();

/** Made by the first test that needs it: a car in the rain, a sunny picture, and one that nobody has labeled. */
let made: Promise<string> | undefined;

async function make(): Promise<string> {
  const projectId = await makeProject('Found by answers', [CAT, CUP, CLOCK]);
  const much = { schemaId: 'q-much', answer: '3 mm' };
  const car = {
    objectId: 'a',
    schemaId: 'c-car',
    'bounding-box': { x: 60, y: 40, width: 120, height: 90 },
  };
  const rain = { schemaId: 'q-weather', answer: 'o-rain', classifications: [much] };
  const answers = [
    { name: CAT, answer: { tools: [car], classifications: [rain] } },
    { name: CUP, answer: { tools: [], classifications: [{ schemaId: 'q-weather', answer: 'o-sun' }] } },
  ];
  for (const { name, answer } of answers) {
    const { _id } = await taskOf(projectId, name);
    await api('POST', `/v2/annotate/${_id}`, { answer });
  }
  return projectId;
}

const project = () => (made ??= make());

async function panel(visitor: Visitor) {
  const { page } = visitor;
  const more = page.getByRole('button', { name: 'More filters' });
  if ((await more.getAttribute('aria-expanded')) !== 'true') await more.click();
  await page.getByRole('button', { name: 'Answers', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Find a class, question or choice' }).waitFor();
  return (entry: string, side: 'Exists' | 'Does Not Exist') =>
    page.getByRole('group', { name: entry, exact: true }).getByRole('button', { name: side, exact: true });
}

it('finds assets by class, choice and nested question, keeps it in the address, and takes it away again', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const shown = async () => {
    const names = await page.locator('[role=gridcell]').allInnerTexts();
    return [CAT, CUP, CLOCK].filter((file) => names.some((name) => name.includes(file)));
  };
  await visitor.signIn();
  await visitor.openAssets(await project());
  const side = await panel(visitor);
  await side('Car', 'Exists').click();
  await expect.poll(shown).toEqual([CAT]);
  await side('Car', 'Does Not Exist').click();
  await expect.poll(shown).toEqual([CUP, CLOCK]);
  await side('Weather', 'Exists').click();
  await expect.poll(shown).toEqual([CUP]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Remove Does Not Exist: Car' }).click();
  await page.getByRole('button', { name: 'Remove Exists: Weather' }).click();
  await expect.poll(shown).toEqual([CAT, CUP, CLOCK]);

  // By keyboard alone: the box that finds has the focus, and a question below an option is found by its name.
  await page.getByRole('button', { name: 'Answers', exact: true }).focus();
  await page.keyboard.press('Enter');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')))
    .toBe('searchbox');
  await page.keyboard.type('much');
  await expect.poll(() => page.getByRole('group', { name: 'Car', exact: true }).count()).toBe(0);
  await side('How much', 'Exists').press('Enter');
  await expect.poll(shown).toEqual([CAT]);
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('searchbox', { name: /^Find a class/ }).count()).toBe(0);

  expect(new URL(page.url()).searchParams.getAll('answer')).toEqual(['q-much']);
  await page.goto(`/projects/${await project()}/assets?answer=q-weather:o-sun&answer=gone::not`);
  await expect.poll(shown).toEqual([CUP]);
  await page.getByRole('button', { name: 'Remove Exists: Weather: Sun' }).waitFor();
  await page.getByRole('button', { name: 'Remove Does Not Exist: gone' }).waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await expect.poll(shown).toEqual([CAT, CUP, CLOCK]);
  expect(new URL(page.url()).searchParams.has('answer')).toBe(false);
  await visitor.leave();
});

it('says what to do where the project asks nothing', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const projectId = await makeProject('Asks nothing', [CAT], {});
  await visitor.openAssets(projectId);
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('button', { name: 'Answers', exact: true }).click();
  await page.getByText('This project asks nothing yet.').waitFor();
  await visitor.screenshot('answers-empty');
  expect(await visitor.axe()).toEqual([]);
  await page.getByLabel('Answers').getByRole('link', { name: 'Settings' }).click();
  await page.waitForURL(`**/projects/${projectId}/settings`);
  await visitor.leave();
});

it('says who can where whoever looks may not', async () => {
  const projectId = await makeProject('Asks nothing yet', [CAT], {});
  const visitor = await Visitor.come();
  const { page } = visitor;
  await enter(visitor, 'The Reviewer', [{ projectId, projectRole: 'Reviewer' }]);
  await visitor.openAssets(projectId);
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('button', { name: 'Answers', exact: true }).click();
  await page
    .getByText('This project asks nothing yet. A manager of the project can add classes and questions.')
    .waitFor();
  expect(await page.getByLabel('Answers').getByRole('link').count()).toBe(0);
  await visitor.screenshot('answers-empty-reader');
  expect(await visitor.axe()).toEqual([]);
  await visitor.leave();
});

it.each(LOOKS)('is accessible in $theme at $size px', async (look) => {
  const looking = await Looking.begin(look);
  const { visitor } = looking;
  await visitor.signIn();
  await visitor.openAssets(await project());
  const side = await panel(visitor);
  await side('Car', 'Exists').click();
  await side('Weather: Sun', 'Does Not Exist').click();
  await visitor.page.getByRole('button', { name: 'Remove Does Not Exist: Weather: Sun' }).waitFor();
  await visitor.picturesDone();
  await looking.at('answers-panel');
  await visitor.page.keyboard.press('Escape');
  await expect.poll(() => side('Car', 'Exists').count()).toBe(0);
  await looking.at('answers-chips');
  await looking.end();
});
