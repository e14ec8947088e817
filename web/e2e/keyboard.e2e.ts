// The whole procedure without a mouse: every step by Tab, Enter, arrows and keys of their own, with the focus in sight,
// and back where it was when a dialog closes.
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';

useBrowser();

const { bucket, region, s3Endpoint, accessKeyId, secretAccessKey } = ready.sandbox;

class Keyboard {
  /** What had the focus and did not show it. */
  readonly unseen: string[] = [];

  constructor(readonly page: Page) {}

  async press(...keys: string[]) {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  type(text: string) {
    return this.page.keyboard.type(text);
  }

  hasFocus(wanted: Locator): Promise<boolean> {
    return wanted.evaluate((element) => element === document.activeElement);
  }

  /** Goes on by Tab until the focus is there, and looks at what it passes. */
  async to(wanted: Locator) {
    await wanted.waitFor();
    for (let steps = 0; steps < 80; steps += 1) {
      if (await this.hasFocus(wanted)) return;
      await this.page.keyboard.press('Tab');
      await this.#look();
    }
    throw new Error(`Tab does not lead to ${String(wanted)}`);
  }

  async #look() {
    const hidden = await this.page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return null;
      const isRinged = (style: CSSStyleDeclaration) =>
        style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
      // Some show the ring around themselves, some around the box or the label that they stand in.
      const { parentElement, nextElementSibling } = focused;
      const around = [focused, parentElement, parentElement?.parentElement, nextElementSibling];
      const isSeen = around.some(
        (element) =>
          element && (isRinged(getComputedStyle(element)) || isRinged(getComputedStyle(element, '::after'))),
      );
      return isSeen ? null : focused.outerHTML.slice(0, 120);
    });
    if (hidden) this.unseen.push(hidden);
  }
}

it('leads from sign-in to a photograph of a private bucket', async () => {
  const name = `By keyboard ${Date.now()}`;
  const visitor = await Visitor.come();
  const { page } = visitor;
  const keyboard = new Keyboard(page);
  await page.goto('/sign-in');
  await keyboard.to(page.getByLabel('E-mail'));
  await keyboard.type(ready.email);
  await keyboard.to(page.getByLabel('Password', { exact: true }));
  await keyboard.type(ready.password);
  await keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Projects' }).waitFor();

  await keyboard.press('g', 'o');
  await keyboard.to(page.getByRole('link', { name: 'Storages' }));
  await keyboard.press('Enter');
  const add = page.getByRole('button', { name: 'Add Storage' });
  await keyboard.to(add);
  await keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Add Storage' });
  await keyboard.to(dialog.getByLabel('Name'));
  await keyboard.type(name);
  const delegated = dialog.getByRole('radio', { name: 'IAM Delegated' });
  await keyboard.to(dialog.getByRole('radio', { name: 'IAM User' }));
  await keyboard.press('ArrowRight');
  expect(await delegated.isChecked()).toBe(true);
  await keyboard.press('ArrowLeft');
  await keyboard.to(dialog.getByLabel('Region'));
  await keyboard.type(region);
  await page.getByRole('option', { name: region }).waitFor();
  await keyboard.press('ArrowDown', 'Enter');
  await keyboard.to(dialog.getByLabel('Access Key ID'));
  await keyboard.type(accessKeyId);
  await keyboard.to(dialog.getByLabel('Secret Access Key', { exact: true }));
  await keyboard.type(secretAccessKey);
  await keyboard.to(dialog.locator('summary').filter({ hasText: 'Advanced' }));
  await keyboard.press('Enter');
  await keyboard.to(dialog.getByLabel('Endpoint'));
  await keyboard.type(s3Endpoint);
  await keyboard.to(dialog.getByLabel('Buckets'));
  await keyboard.type(`${bucket},`);
  await keyboard.to(dialog.getByRole('button', { name: 'Test connection' }));
  await keyboard.press('Enter');
  await dialog.getByText('Everything works.').waitFor({ timeout: 15_000 });
  await visitor.screenshot('keyboard-tested');
  await keyboard.to(dialog.getByRole('button', { name: 'OK' }));
  await keyboard.press('Enter');
  await expect.poll(() => dialog.count(), { timeout: 15_000 }).toBe(0);
  await page.getByRole('row', { name }).waitFor();
  await expect.poll(() => keyboard.hasFocus(add)).toBe(true);

  // What a row opens gives the focus back to it.
  const row = page.getByRole('button', { name, exact: true });
  await keyboard.to(row);
  await keyboard.press('Enter');
  await page.getByRole('dialog', { name, exact: true }).waitFor();
  await visitor.screenshot('keyboard-sheet');
  await keyboard.press('Escape');
  await expect.poll(() => keyboard.hasFocus(row)).toBe(true);

  await keyboard.press('g', 'p');
  const create = page.getByRole('button', { name: 'Create project' });
  await keyboard.to(create);
  await keyboard.press('Enter');
  await keyboard.to(page.getByRole('dialog').getByLabel('Name'));
  await keyboard.type(name);
  await keyboard.press('Enter');
  await page.getByRole('heading', { name, level: 1 }).waitFor();

  const addData = page.getByRole('button', { name: 'Add Data' }).first();
  await keyboard.to(addData);
  await keyboard.press('Enter');
  const adding = page.getByRole('dialog', { name: 'Add Data' });
  const tab = adding.getByRole('tab', { name: 'Upload Data URL' });
  await keyboard.to(adding.getByRole('tab', { selected: true }));
  while (!(await keyboard.hasFocus(tab))) await keyboard.press('ArrowRight');
  const method = adding.getByLabel('Storage Method');
  if (!(await method.isVisible())) {
    await keyboard.to(adding.locator('summary').filter({ hasText: 'Advanced Configs' }));
    await keyboard.press('Enter');
  }
  await keyboard.to(method);
  await keyboard.press('Enter');
  await page.getByRole('option', { name }).waitFor();
  // The first letters find it.
  await keyboard.type('By');
  await keyboard.press('Enter');
  await expect.poll(() => method.textContent()).toContain(name);
  // Around again to the box, which is one big button.
  await keyboard.to(adding.getByRole('button', { name: /Drop a JSON/ }));
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), keyboard.press('Enter')]);
  const address = (key: string) => ({
    data: `https://${bucket}.s3.${region}.amazonaws.com/${encodeURIComponent(key)}`,
    externalId: key,
  });
  const list = [address('cute-cat.jpg'), address('rocket.jpg')];
  const buffer = Buffer.from(JSON.stringify(list));
  await chooser.setFiles({ name: 'list.json', mimeType: 'application/json', buffer });
  await adding.getByText('2 rows imported').waitFor();
  await keyboard.to(adding.getByRole('button', { name: 'Close' }).last());
  await keyboard.press('Enter');
  await expect.poll(() => adding.count()).toBe(0);

  const grid = page.getByRole('grid', { name: 'Assets' });
  await grid.waitFor();
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.tagName), { timeout: 5_000 })
    .not.toBe('BODY');
  const [first, second] = [0, 1].map((at) => page.locator(`[data-asset-index="${at}"]`)) as [
    Locator,
    Locator,
  ];
  await visitor.picturesDone();
  await keyboard.to(first);
  await keyboard.press('Enter');
  const view = page.getByRole('dialog');
  await page.locator('[data-picture="shown"]').waitFor();
  await view.getByText('1 of 2').waitFor();
  await keyboard.press('ArrowRight');
  await view.getByText('2 of 2').waitFor();
  await page.locator('[data-picture="shown"]').waitFor();
  await visitor.screenshot('keyboard-whole');
  await keyboard.press('Escape');
  await expect.poll(() => keyboard.hasFocus(second)).toBe(true);
  expect([...new Set(keyboard.unseen)]).toEqual([]);
  await visitor.leave();
});
