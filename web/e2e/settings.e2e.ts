// The settings of a project: the category schema made by hand, kept by the hub, pasted, and guarded until it is saved.
import { expect, it } from 'vitest';
import { PHONE, ready, useBrowser, Visitor, WIDE, type Theme } from './harness';

useBrowser();

type SchemaJson = { tools: Record<string, unknown>[]; classifications: Record<string, unknown>[] };

async function hub(method: string, path: string, body?: object) {
  const response = await fetch(`${ready.url}${path}`, {
    method,
    headers: { apikey: ready.apiKey },
    body: body && JSON.stringify(body),
  });
  const answer = (await response.json()) as {
    data: { project: { _id: string; categorySchema: SchemaJson } };
  };
  return answer.data.project;
}

const schemaOf = async (id: string) => (await hub('GET', `/v2/project/${id}`)).categorySchema;
const projectWith = async (categorySchema?: object) =>
  (await hub('POST', '/v2/project', { name: `Settings ${Date.now()}`, categorySchema }))._id;

async function open(visitor: Visitor, id: string) {
  await visitor.signIn();
  await visitor.page.goto(`/projects/${id}/settings`);
  await visitor.page.getByRole('heading', { name: 'Category schema' }).waitFor();
}

const looks: { theme: Theme; size: string; viewport: typeof WIDE }[] = [
  { theme: 'light', size: '1280', viewport: WIDE },
  { theme: 'dark', size: '1280', viewport: WIDE },
  { theme: 'light', size: '360', viewport: PHONE },
  { theme: 'dark', size: '360', viewport: PHONE },
];

it.each(looks)('are accessible in $theme at $size px', async ({ theme, size, viewport }) => {
  const visitor = await Visitor.come(theme, viewport);
  const { page } = visitor;
  const wrong: string[] = [];
  async function look(name: string) {
    await visitor.screenshot(`settings-${name}-${size}-${theme}`);
    wrong.push(...(await visitor.axe()).map((found) => `${name}: ${found}`));
    if (await visitor.overflows()) wrong.push(`${name}: wider than the screen`);
  }

  await open(visitor, await projectWith());
  await page.getByRole('heading', { name: 'Nothing to label yet' }).waitFor();
  await look('empty');
  await page.getByLabel('Name', { exact: true }).fill('x'.repeat(201));
  await page.getByText('The name has 201 characters.').waitFor();
  await look('general-wrong');
  await page.getByLabel('Name', { exact: true }).fill(`Settings ${size}`);
  await page.getByRole('link', { name: 'Tasks' }).click();
  await page.getByRole('dialog', { name: 'Leave without saving?' }).waitFor();
  await look('leave');
  await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await page.waitForURL(/\/tasks$/);
  await page.goto(`/projects/${ready.projectId}/settings`);
  await page.getByRole('list', { name: 'Classes' }).waitFor();
  await page.getByRole('button', { name: /^Show what belongs to Thing/ }).click();
  await page.getByRole('button', { name: /^Show what belongs to Quality/ }).click();
  await look('schema');
  await page.getByRole('button', { name: 'Remove Sharp' }).click();
  await page.getByText(/“Sharp” is out once you save/).waitFor();
  await look('remove');
  expect(await page.getByRole('button', { name: 'Remove Sharp' }).count()).toBe(0);
  await page.keyboard.press('F8');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove Sharp' }).waitFor();
  await page.getByRole('button', { name: 'Paste JSON' }).click();
  await page
    .getByRole('dialog')
    .getByLabel('JSON')
    .fill('{"tools":[{"tool":"polygon","title":"a","color":"red"}]}');
  await page.getByRole('button', { name: 'Use this schema' }).click();
  await page.getByText('tools[0].color').waitFor();
  await look('paste');
  expect(wrong).toEqual([]);
  await visitor.leave();
});

it('make a schema by keyboard and pointer that the hub keeps', async () => {
  const id = await projectWith();
  const visitor = await Visitor.come();
  const { page } = visitor;
  await open(visitor, id);

  await page.getByRole('button', { name: 'Add a polygon class' }).click();
  await page.keyboard.type('car');
  await page.getByRole('button', { name: 'Add class' }).click();
  await page.getByRole('menuitem', { name: 'Point' }).click();
  // What was added takes the focus once the menu has gone.
  const focused = (label: string) =>
    expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(label);
  await focused('Title (Point)');
  await page.keyboard.type('lamp');
  await page.keyboard.press('Alt+ArrowUp');
  await page.getByLabel('Shortcut key of lamp').selectOption('k');
  await page.getByRole('group', { name: 'car' }).getByLabel('Required').check();

  await page.getByRole('button', { name: 'Add question' }).click();
  await page.getByRole('menuitem', { name: 'Radio' }).click();
  await focused('Title (Radio)');
  await page.keyboard.type('weather');
  const weather = page.getByRole('group', { name: 'weather' });
  await weather.getByLabel('Option 1', { exact: true }).fill('rain');
  await weather.getByLabel('Option 2', { exact: true }).fill('sun');
  await page.keyboard.press('Enter');
  await page.keyboard.type('fog');
  await weather.getByRole('button', { name: 'Add nested question' }).click();
  await page.getByRole('menuitem', { name: 'Text' }).click();
  await focused('Title (Text)');
  await page.keyboard.type('how much');
  await weather.getByLabel('Asked').selectOption({ label: 'If “rain” is chosen' });
  await weather.getByLabel('Regular expression').fill('^(?=a)');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('The category schema was not saved.').waitFor();
  await page.getByText('classifications[0].classifications[0].regex').waitFor();
  // The refusal stands above what was mended last: it has to come into sight.
  const refusal = await page.getByText('The category schema was not saved.').boundingBox();
  expect(refusal && refusal.y >= 0 && refusal.y < WIDE.height).toBe(true);
  await visitor.screenshot('settings-refused');
  await weather.getByLabel('Regular expression').fill('^[0-9]+ mm$');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('The category schema was saved.').waitFor();
  await visitor.screenshot('settings-saved');

  const { tools, classifications } = await schemaOf(id);
  expect(tools).toMatchObject([
    { tool: 'point', title: 'lamp', shortcutKey: 'k', required: false },
    { tool: 'polygon', title: 'car', required: true },
  ]);
  const [question] = classifications as [{ options: { value: string; schemaId: string }[] }];
  expect(question.options.map(({ value }) => value)).toEqual(['rain', 'sun', 'fog']);
  expect(question).toMatchObject({
    tool: 'radio',
    classifications: [
      {
        tool: 'text',
        title: 'how much',
        regex: '^[0-9]+ mm$',
        parentOptionId: question.options[0]?.schemaId,
      },
    ],
  });
  await page.reload();
  await page.getByRole('group', { name: 'lamp' }).waitFor();
  // The browser itself notes the refusal.
  await visitor.leave(/status of 400/);
});

it('name what is missing before anything is sent', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const id = await projectWith();
  await open(visitor, id);
  await page.getByRole('button', { name: 'Add a polygon class' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Enter a title.').waitFor();
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-invalid')))
    .toBe('true');
  expect((await schemaOf(id)).tools).toEqual([]);
  await visitor.leave();
});

it('keep kinds and fields that the page does not know, and take a pasted schema', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const other = {
    tool: 'spline',
    title: 'river',
    schemaId: 'r1',
    weight: { b: 1, a: 2 },
    options: [],
    classifications: [],
  };
  const schema = {
    note: 'mine',
    tools: [other],
    classifications: [],
    relations: [{ tool: 'group', title: 'crowd', schemaId: 'g' }],
  };
  const id = await projectWith(schema);
  await open(visitor, id);
  await page.getByText('spline').waitFor();
  await page.getByRole('group', { name: 'river' }).getByLabel('Title').fill('stream');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('The category schema was saved.').waitFor();
  const kept = await schemaOf(id);
  expect(kept).toMatchObject({
    note: 'mine',
    tools: [{ ...other, title: 'stream' }],
    relations: [{ title: 'crowd' }],
  });

  await page.getByRole('button', { name: 'Paste JSON' }).click();
  const box = page.getByRole('dialog').getByLabel('JSON');
  await box.fill('{');
  await page.getByRole('button', { name: 'Use this schema' }).click();
  await page.getByText(/This is not JSON/).waitFor();
  await box.fill('{"tools":[{"tool":"polyline","title":"road"}]}');
  await page.getByRole('button', { name: 'Use this schema' }).click();
  await page.getByRole('group', { name: 'road' }).waitFor();
  expect((await schemaOf(id)).tools, 'nothing is saved yet').toMatchObject([{ title: 'stream' }]);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(async () => (await schemaOf(id)).tools).toMatchObject([{ title: 'road' }]);
  // What was saved and what was removed by it can be taken back.
  await page.getByText('The category schema was saved.').last().waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('The category schema is as it was before.').waitFor();
  expect(await schemaOf(id)).toMatchObject({ note: 'mine', tools: [{ ...other, title: 'stream' }] });
  await page.getByRole('group', { name: 'stream' }).waitFor();
  await visitor.leave();
});

it('are where a project without classes leads', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const id = await projectWith();
  await visitor.signIn();
  await page.goto(`/projects/${id}/overview`);
  await page.getByText('This project has no classes yet').waitFor();
  await visitor.screenshot('overview-no-classes');
  expect(await visitor.axe()).toEqual([]);
  await page.getByRole('link', { name: 'Add classes in Settings' }).click();
  await page.getByRole('heading', { name: 'Category schema' }).waitFor();
  await visitor.leave();
});

it('ask before changes are left behind', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const id = await projectWith();
  await open(visitor, id);
  await page.getByRole('button', { name: 'Add a polygon class' }).click();
  await page.getByRole('link', { name: /^Assets/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(new URL(page.url()).pathname).toBe(`/projects/${id}/settings`);
  await page.getByRole('link', { name: /^Assets/ }).click();
  await dialog.getByRole('button', { name: 'Leave' }).click();
  await page.waitForURL(/\/assets$/);
  await visitor.leave();
});

it('name a project, and say where a name cannot be taken', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const [id, other] = [await projectWith(), `Other ${Date.now()}`];
  await hub('POST', '/v2/project', { name: other });
  await open(visitor, id);
  const name = page.getByLabel('Name', { exact: true });
  const save = page.getByRole('button', { name: 'Save changes' });
  expect(await save.isDisabled()).toBe(true);
  await name.fill(' ');
  await save.click();
  await page.getByText('Enter a name.').waitFor();
  await name.fill(other);
  await page.getByLabel('Description').click();
  await page.getByText('Another project is called this too.').waitFor();
  const mine = `${other} again`;
  await name.fill(mine);
  await page.getByLabel('Description').fill('Of the harbour.');
  await page.route(`**/v2/project/${id}`, (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 503, json: {} }) : route.continue(),
  );
  await save.click();
  await page.getByText('The general settings were not saved.').waitFor();
  await page.unroute(`**/v2/project/${id}`);
  await save.click();
  await page.getByText('The general settings were saved.').waitFor();
  await page.getByRole('heading', { level: 1, name: mine }).waitFor();
  expect(await hub('GET', `/v2/project/${id}`)).toMatchObject({ name: mine, description: 'Of the harbour.' });
  expect(await save.isDisabled()).toBe(true);
  expect(await save.evaluate((button) => button === document.activeElement), 'it kept the keyboard').toBe(
    true,
  );
  await page.getByText(id, { exact: true }).waitFor();

  await page.getByRole('button', { name: 'Archive', exact: true }).click();
  await page.getByText('This project is archived').waitFor();
  await page.getByRole('main').getByRole('button', { name: 'Take out of the archive' }).last().click();
  await page.getByRole('button', { name: 'Archive', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Clone…' }).click();
  await page.getByRole('dialog', { name: `Clone “${mine}”` }).waitFor();
  await page.keyboard.press('Escape');
  // What is not saved is no reason to stay in a project that is gone.
  await name.fill('Unsaved');
  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/to confirm/).fill(mine);
  await dialog.getByRole('button', { name: 'Delete project' }).click();
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
  await page.getByText(`“${mine}” was deleted.`).waitFor();
  await visitor.leave(/status of 503/);
});

it('say that they load, and that they failed', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.route(`**/v2/project/${ready.projectId}`, (route) => route.abort());
  await page.goto(`/projects/${ready.projectId}/settings`);
  await page.getByText('This project could not be opened.').waitFor();
  await visitor.screenshot('settings-failed');
  expect(await visitor.axe()).toEqual([]);
  await visitor.leave(/ERR_FAILED/);
});
