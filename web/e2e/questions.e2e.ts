// The questions of a schema in a real browser: those about the asset in every form, and those about one object.
import { expect, it } from 'vitest';
import { useBrowser } from './harness';
import { CAT, makeProject, sitDown, taskOf } from './labeling';

useBrowser();

const option = (value: string) => ({ value, schemaId: `o-${value.toLowerCase()}` });

const QUESTIONS = {
  tools: [
    {
      tool: 'bounding-box',
      title: 'Car',
      schemaId: 'c-car',
      color: '#4C9AFF',
      required: false,
      classifications: [
        {
          tool: 'radio',
          title: 'Colour',
          schemaId: 'q-colour',
          required: true,
          options: [option('Red'), option('Blue')],
        },
      ],
    },
  ],
  classifications: [
    {
      tool: 'checkbox',
      title: 'Seen',
      schemaId: 'q-seen',
      required: false,
      options: [option('Cats'), option('Dogs'), option('Birds')],
    },
    {
      tool: 'single-dropdown',
      title: 'Time of day',
      schemaId: 'q-time',
      required: false,
      options: [option('Day'), option('Night')],
    },
    { tool: 'boolean', title: 'Sharp', schemaId: 'q-sharp', required: false },
  ],
  relations: [],
};

it('takes ticks, a choice of a list and a yes or no, and shows them after a reload', async () => {
  const projectId = await makeProject('Forms of questions', [CAT], QUESTIONS);
  const desk = await sitDown(projectId);
  const { page } = desk;
  const seen = (name: string) => page.getByRole('checkbox', { name });
  await seen('Birds').check();
  await seen('Dogs').check();
  await seen('Cats').check();
  await seen('Dogs').uncheck();
  await page.getByRole('combobox', { name: 'Time of day' }).selectOption({ label: 'Night' });
  await page.getByRole('radio', { name: 'Yes' }).check();
  await page.getByRole('radio', { name: 'No', exact: true }).check();
  const given = async () =>
    (await taskOf(projectId, CAT)).answer.classifications.map(({ schemaId, answer }) => [schemaId, answer]);
  await expect.poll(given).toEqual([
    ['q-seen', ['o-cats', 'o-birds']],
    ['q-time', 'o-night'],
    ['q-sharp', 'false'],
  ]);

  await desk.waitSaved();
  await page.reload();
  await desk.shown();
  expect(await Promise.all(['Cats', 'Dogs', 'Birds'].map((name) => seen(name).isChecked()))).toEqual([
    true,
    false,
    true,
  ]);
  expect(await page.getByRole('combobox', { name: 'Time of day' }).inputValue()).toBe('o-night');
  expect(await page.getByRole('radio', { name: 'No', exact: true }).isChecked()).toBe(true);
  expect(await page.getByRole('radio', { name: 'Yes' }).isChecked()).toBe(false);

  await page.getByRole('combobox', { name: 'Time of day' }).selectOption('');
  await expect.poll(async () => (await given()).map(([schemaId]) => schemaId)).toEqual(['q-seen', 'q-sharp']);
  await desk.visitor.leave();
});

it('asks about the object that is selected, and does not submit before each is answered', async () => {
  const projectId = await makeProject('Questions of objects', [CAT], QUESTIONS);
  const desk = await sitDown(projectId);
  const { page } = desk;
  const colour = (name: string) => page.getByRole('radio', { name });
  expect(await colour('Red').count()).toBe(0);
  await page.keyboard.press('r');
  await desk.click([0.3, 0.3], [0.42, 0.5]);
  await colour('Red').check();
  await page.keyboard.press('r');
  await desk.click([0.52, 0.3], [0.66, 0.5]);
  await expect.poll(() => desk.objects().count()).toBe(2);
  // The question is asked of the second one now, which has no answer yet.
  await expect.poll(() => colour('Red').isChecked()).toBe(false);

  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByText('1 thing is missing').waitFor();
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await colour('Blue').check();
  const given = async () =>
    (await taskOf(projectId, CAT)).answer.tools.map(({ classifications }) =>
      (classifications as Record<string, unknown>[]).map(({ schemaId, answer }) => [schemaId, answer]),
    );
  await expect.poll(given).toEqual([[['q-colour', 'o-red']], [['q-colour', 'o-blue']]]);

  await desk.waitSaved();
  await page.reload();
  await desk.shown();
  await desk.objects().filter({ hasText: 'Car 1' }).click();
  await expect.poll(() => colour('Red').isChecked()).toBe(true);
  await desk.objects().filter({ hasText: 'Car 2' }).click();
  await expect.poll(() => colour('Blue').isChecked()).toBe(true);
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.getByRole('heading', { name: 'Nothing left to label' }).waitFor();
  expect((await taskOf(projectId, CAT)).stage).not.toBe('Label');
  await desk.visitor.leave();
});
