// The whole procedure without a mouse: every step by Tab, Enter, arrows and keys of their own, with the focus in sight,
// and back where it was when a dialog closes.
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';
import { Keyboard } from './keys';
import { api, CAT, makeProject, SCHEMA, tasksOf } from './labeling';
import { ACCOUNT, inConsole } from './sandbox';

useBrowser();

const { bucket, region, s3Endpoint, accessKeyId, secretAccessKey } = ready.sandbox;
const ACCESS = ['IAM User', 'IAM Delegated'] as const;

/** A role in "AWS" that trusts whom the dialog says. */
async function makeRole(dialog: Locator): Promise<string> {
  const documentOf = async (name: string) =>
    JSON.parse(await dialog.getByRole('region', { name, exact: true }).innerText()) as object;
  const policy = dialog.getByRole('region', { name: 'Policy', exact: true });
  await expect.poll(() => policy.innerText()).toContain(`arn:aws:s3:::${bucket}/*`);
  const arn = `arn:aws:iam::${ACCOUNT}:role/by-keyboard-${Date.now()}`;
  const trustPolicy = await documentOf('Trust policy');
  await inConsole('roles', { arn, trustPolicy, policies: [await documentOf('Policy')] });
  return arn;
}

/** Add Storage from its button to OK; the focus is back at the button then. */
async function addStorage(keyboard: Keyboard, name: string, accessType: (typeof ACCESS)[number]) {
  const { page } = keyboard;
  const add = page.getByRole('button', { name: 'Add Storage' });
  await keyboard.enter(add);
  const dialog = page.getByRole('dialog', { name: 'Add Storage' });
  await keyboard.isAt(dialog.getByLabel('Name'));
  await keyboard.type(name);
  await keyboard.to(dialog.getByRole('radio', { name: 'IAM User' }));
  if (accessType === 'IAM Delegated') await keyboard.press('ArrowRight');
  expect(await dialog.getByRole('radio', { name: accessType }).isChecked()).toBe(true);
  await keyboard.fill(dialog.getByLabel('Region'), region);
  await page.getByRole('option', { name: region }).waitFor();
  await keyboard.press('ArrowDown', 'Enter');
  if (accessType === 'IAM User') {
    await keyboard.fill(dialog.getByLabel('Access Key ID'), accessKeyId);
    await keyboard.fill(dialog.getByLabel('Secret Access Key', { exact: true }), secretAccessKey);
  }
  await keyboard.enter(dialog.locator('summary').filter({ hasText: 'Advanced' }));
  await keyboard.fill(dialog.getByLabel('Endpoint'), s3Endpoint);
  await keyboard.fill(dialog.getByLabel('Buckets'), `${bucket},`);
  if (accessType === 'IAM Delegated') {
    await dialog.getByRole('button', { name: 'Copy Trust policy' }).waitFor();
    await keyboard.fill(dialog.getByLabel('Role ARN'), await makeRole(dialog));
  }
  await keyboard.enter(dialog.getByRole('button', { name: 'Test connection' }));
  await dialog.getByText('Everything works.').waitFor();
  await keyboard.enter(dialog.getByRole('button', { name: 'OK' }));
  await expect.poll(() => dialog.count()).toBe(0);
  await page.getByRole('row', { name }).waitFor();
  await keyboard.isAt(add);
}

/** Add Data by its button: the Storage Method, the list by the file chooser, and Close. */
async function addData(keyboard: Keyboard, storage: string) {
  const { page } = keyboard;
  const list = [CAT, 'rocket.jpg'].map((key) => ({
    data: `https://${bucket}.s3.${region}.amazonaws.com/${key}`,
    externalId: key,
  }));
  const buffer = Buffer.from(JSON.stringify(list));
  // Told to the browser early: a chooser that opens before it knows is never heard of.
  page.once(
    'filechooser',
    (chooser) => void chooser.setFiles({ name: 'list.json', mimeType: 'application/json', buffer }),
  );
  await keyboard.enter(page.getByRole('button', { name: 'Add Data' }).first());
  const dialog = page.getByRole('dialog', { name: 'Add Data' });
  await keyboard.to(dialog.getByRole('tab', { name: 'Upload Data URL' }));
  const method = dialog.getByLabel('Storage Method');
  await keyboard.enter(method);
  await keyboard.choose(page.getByRole('option', { name: storage }));
  await expect.poll(() => method.textContent()).toContain(storage);
  await keyboard.isAt(method);
  // Around again to the box, which is one big button.
  await keyboard.to(dialog.getByRole('button', { name: /Drop a JSON/ }));
  await keyboard.press('Enter');
  await dialog.getByText('2 rows imported').waitFor();
  await keyboard.enter(dialog.getByRole('button', { name: 'Close' }).last());
  await expect.poll(() => dialog.count()).toBe(0);
}

it('leads from sign-in over a private bucket to labels that are submitted', async () => {
  const stamp = Date.now();
  const visitor = await Visitor.come();
  const { page } = visitor;
  const keyboard = new Keyboard(page);
  await page.goto('/sign-in');
  await keyboard.fill(page.getByLabel('E-mail'), ready.email);
  await keyboard.fill(page.getByLabel('Password', { exact: true }), ready.password);
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
  await keyboard.enter(page.getByRole('link', { name: 'Organization' }));
  await keyboard.enter(page.getByRole('link', { name: 'Storages' }));
  const names = ACCESS.map((accessType) => `By keyboard, ${accessType} ${stamp}`);
  for (const [at, accessType] of ACCESS.entries()) await addStorage(keyboard, names[at] ?? '', accessType);
  const [, name = ''] = names;
  // What a row opens gives the focus back to it.
  const row = page.getByRole('button', { name, exact: true });
  await keyboard.enter(row);
  await page.getByRole('dialog', { name, exact: true }).waitFor();
  await visitor.screenshot('keyboard-sheet');
  await keyboard.press('Escape');
  await keyboard.isAt(row);

  await visitor.chord('g', 'p');
  await keyboard.enter(page.getByRole('button', { name: 'Create project' }));
  await keyboard.isAt(page.getByRole('dialog').getByLabel('Name'));
  await keyboard.type(name);
  await keyboard.press('Enter');
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  const project = page.url().split('/')[4] ?? '';
  await api('POST', `/v2/project/${project}`, { categorySchema: SCHEMA });
  await addData(keyboard, name);

  await page.getByRole('grid', { name: 'Assets' }).waitFor();
  // The button that opened the dialog went with the empty page: the keyboard goes on at the page's beginning.
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  const [first, second] = [0, 1].map((at) => page.locator(`[data-asset-index="${at}"]`)) as [
    Locator,
    Locator,
  ];
  await visitor.picturesDone();
  await keyboard.enter(first);
  const view = page.getByRole('dialog');
  await page.locator('[data-picture="shown"]').waitFor();
  await view.getByText('1 of 2').waitFor();
  await keyboard.press('ArrowRight');
  await view.getByText('2 of 2').waitFor();
  await page.locator('[data-picture="shown"]').waitFor();
  await visitor.screenshot('keyboard-whole');
  await keyboard.press('Escape');
  await keyboard.isAt(second);

  await visitor.chord('g', 'l');
  const shown = page.locator('[data-task] [data-picture="shown"] canvas').first();
  await shown.waitFor();
  const task = page.locator('[data-task]');
  const before = (await task.getAttribute('data-task')) ?? '';
  await keyboard.press('r', 'ArrowRight', 'Enter');
  for (let times = 0; times < 4; times += 1) await keyboard.press('Shift+ArrowRight', 'Shift+ArrowDown');
  await keyboard.press('Enter');
  await page.locator('[data-saved="saved"]').waitFor();
  await visitor.screenshot('keyboard-labeled');
  await keyboard.press('Control+Enter');
  await page
    .locator(`[data-task]:not([data-task="${before}"]) [data-picture="shown"] canvas`)
    .first()
    .waitFor();
  await keyboard.enter(page.getByRole('button', { name: 'Submit' }));
  await expect
    .poll(async () =>
      (await tasksOf(project)).map(({ stage, answer }) => [stage, answer.tools.length]).sort(),
    )
    .toEqual([
      ['Review', 0],
      ['Review', 1],
    ]);
  keyboard.allWasInOrder();
  await visitor.leave();
});

it('closes by Escape whatever it opened, and is back where it was', async () => {
  const project = await makeProject('Escape', [CAT]);
  const visitor = await Visitor.come();
  const { page } = visitor;
  const keyboard = new Keyboard(page);
  await visitor.signIn();
  await visitor.openAssets(project);
  await visitor.picturesDone();
  const opened = [
    { opener: /^Switch organization/, role: 'menu' },
    { opener: /jobs? running$/, role: 'dialog' },
    { opener: 'Keyboard shortcuts', role: 'dialog' },
    { opener: /^Account/, role: 'menu' },
    { opener: 'Stage', role: 'menu' },
    { opener: /^Sort/, role: 'menu' },
    { opener: 'Add Data', role: 'dialog' },
  ] as const;
  for (const { opener, role } of opened) {
    const button = page.getByRole('button', { name: opener, exact: true });
    await keyboard.enter(button);
    await page.getByRole(role).waitFor();
    await keyboard.press('Escape');
    await visitor.gone(role);
    await keyboard.isAt(button);
  }

  const cell = page.locator('[data-asset-index="0"]');
  await keyboard.to(cell);
  for (const [key, role] of [
    ['?', 'dialog'],
    ['a', 'dialog'],
    ['Enter', 'dialog'],
  ] as const) {
    // prettier-ignore
    await keyboard.press(key);
    await page.getByRole(role).waitFor();
    await keyboard.press('Escape');
    await visitor.gone(role);
    await keyboard.isAt(cell);
  }
  // The search empties itself first, and gives the page back its keys.
  await keyboard.press('/');
  await keyboard.isAt(page.getByRole('searchbox'));
  await keyboard.type('rocket');
  await page.getByRole('heading', { name: 'No asset matches' }).waitFor();
  await keyboard.press('Escape');
  await cell.waitFor();
  await keyboard.press('Escape', '?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await keyboard.press('Escape');
  keyboard.allWasInOrder();
  await visitor.leave();
});

it.each(['table', 'grid'])(
  'stays in the %s, wherever that is scrolled to and whatever goes beside it',
  async (view) => {
    const project = await makeProject(`Long ${view}`, []);
    const assets = Array.from({ length: 150 }, (_, n) => ({
      data: `https://example.invalid/${n}.jpg`,
      externalId: String(n).padStart(3, '0'),
    }));
    await api('POST', `/v2/project/${project}/cloud`, { assets });
    const visitor = await Visitor.come();
    const { page } = visitor;
    const keyboard = new Keyboard(page);
    const asset = (index: number) => page.locator(`[data-asset-index="${index}"]`);
    const focused = () =>
      page.evaluate(
        () => document.activeElement?.closest<HTMLElement>('[data-asset-index]')?.dataset.assetIndex,
      );
    await visitor.signIn();
    await visitor.openAssets(project, `?view=${view}&sort=externalId`);
    await keyboard.to(asset(0));
    await keyboard.press('Control+End');
    await expect.poll(focused).toBe('149');
    await keyboard.press('Control+Home');
    await expect.poll(focused).toBe('0');
    await keyboard.press('Space');
    await page.getByRole('toolbar', { name: '1 selected' }).waitFor();

    // The wheel takes it out of sight, not out of reach.
    await asset(0).hover();
    await page.mouse.wheel(0, 20_000);
    await asset(149).waitFor();
    await expect.poll(() => asset(1).count()).toBe(view === 'table' ? 0 : 1);
    expect(await focused()).toBe('0');
    await keyboard.press('ArrowDown');
    const below = view === 'table' ? '1' : await page.getByRole('grid').getAttribute('aria-colcount');
    await expect.poll(focused).toBe(below);

    await page.getByRole('button', { name: 'Clear selection' }).focus();
    await keyboard.press('Enter');
    await visitor.gone('toolbar');
    await expect.poll(focused).toBe(below);
    keyboard.allWasInOrder();
    await visitor.leave(/example\.invalid/);
  },
);

it('is back at the tasks when their selection is cleared', async () => {
  const project = await makeProject('Tasks by keyboard', [CAT]);
  const visitor = await Visitor.come();
  const { page } = visitor;
  const keyboard = new Keyboard(page);
  await visitor.signIn();
  await page.goto(`/projects/${project}/tasks`);
  const box = page.getByRole('checkbox', { name: `Select ${CAT}` });
  await keyboard.to(box);
  await keyboard.press('Space');
  await keyboard.enter(page.getByRole('button', { name: 'Clear selection' }));
  await visitor.gone('toolbar');
  // Tab came past the rest of the list on its way to the bar.
  await keyboard.isAt(page.getByRole('link', { name: `Open ${CAT}` }));
  keyboard.allWasInOrder();
  await visitor.leave();
});

it('begins with the way past the navigation, on a page with tabs too', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto('/organization/storages');
  await page.getByRole('button', { name: 'Add Storage' }).waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
  await visitor.leave();
});
