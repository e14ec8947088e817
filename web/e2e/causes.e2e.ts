// Every cause that keeps a picture away, in one project: named alike in its cell, in the large view and while labeling,
// and gone once it is mended.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assets, bucketOf, CASES, faults, KEY, projectId, setUp, tearDown, user } from './causes';
import { PHONE, useBrowser, Visitor, WIDE, type Theme } from './harness';
import { taskOf } from './labeling';
import { FROM_BUCKETS, misbehave, presigned } from './sandbox';

useBrowser();
beforeAll(setUp);
afterAll(tearDown);

/** Somebody who comes with addresses of the hub that are over, for as long as is wanted. */
async function come(theme: Theme = 'light', size = WIDE) {
  const visitor = await Visitor.come(theme, size);
  const old = { on: true };
  await visitor.page.route('**/assets/sign', async (route) => {
    const answer = await route.fetch();
    const body = (await answer.json()) as { data: { urls: { _id: string; url: string }[] } };
    for (const one of old.on ? body.data.urls : []) {
      if (one._id !== assets.get('url-expired')?._id) continue;
      one.url = presigned(user, { bucket: bucketOf('url-expired'), key: KEY, ageMs: 7_200_000 });
    }
    await route.fulfill({ response: answer, json: body });
  });
  await visitor.signIn();
  return { visitor, page: visitor.page, old, leave: () => visitor.leave(FROM_BUCKETS) };
}

const idOf = (name: string) => assets.get(name)?._id ?? '';

/** What stands in each cell, by the asset's id. */
const cells = (visitor: Visitor) =>
  visitor.page.locator('[data-asset-id]').evaluateAll((all) =>
    Object.fromEntries(
      all.map((cell) => {
        const shown = cell.querySelector('[data-thumbnail]');
        const words = shown?.tagName === 'IMG' ? 'shown' : (shown?.textContent ?? '').trim();
        return [cell.getAttribute('data-asset-id'), words];
      }),
    ),
  );

const expected = (wordsOf: (name: string) => string) =>
  Object.fromEntries([...assets].map(([name, { _id }]) => [_id, wordsOf(name)]));

describe.concurrent('all of them at once', () => {
  beforeAll(async () => void (await misbehave(...faults([...assets.keys()]))));

  it('are named in three words in the cells, and by the same in the table', async ({ expect }) => {
    const { visitor, page, leave } = await come('light', { width: 1280, height: 1400 });
    await visitor.openAssets(projectId);
    const all = expected((name) => CASES[name]?.words ?? 'shown');
    await expect.poll(() => cells(visitor), { timeout: 120_000 }).toEqual(all);
    await visitor.screenshot('causes-cells');
    expect(await visitor.axe()).toEqual([]);
    // What is lasting is remembered; the rest is asked for again, and hanging takes as long again.
    await page.getByRole('button', { name: 'Table' }).click();
    const hangs = idOf('hangs');
    const others = async () => ({ ...(await cells(visitor)), [hangs]: all[hangs] });
    await expect.poll(others).toEqual(all);
    await leave();
  });

  it('are asked for when a bucket is long silent, without waiting for the browser to give up', async ({
    expect,
  }) => {
    const { visitor, page, leave } = await come();
    await visitor.openAssets(projectId, `?asset=${idOf('hangs')}`);
    await page.getByText('the bucket takes its time').waitFor();
    await page.getByRole('button', { name: 'Why can’t I see this?' }).click();
    const dialog = page.getByRole('dialog', { name: /^Why can’t I see/ });
    await dialog
      .locator('li.failed')
      .getByText(CASES.hangs?.code ?? '')
      .waitFor();
    await visitor.screenshot('causes-hangs');
    expect(await visitor.axe()).toEqual([]);
    await leave();
  });

  it('are named to whoever labels by the same words', async ({ expect }) => {
    const met = ['cors-other', 'kms', 'session-expired', 'no-object', 'unknown-key'];
    const { visitor, page, leave } = await come('dark', PHONE);
    const note = page.getByRole('alert');
    for (const name of met) {
      const { words, code } = CASES[name] ?? expect.fail(name);
      await page.goto(`/projects/${projectId}/tasks/${(await taskOf(projectId, name))._id}`);
      await page.locator(`[data-cause="${code}"]`).waitFor();
      expect(await note.getByRole('heading').innerText(), name).toBe(words);
      await visitor.screenshot(`causes-labeling-${name}`);
    }
    expect(await visitor.axe()).toEqual([]);
    expect(await visitor.overflows()).toBe(false);
    await leave();
  });
});

it('are named with their fix in the large view, and gone once they are mended', async () => {
  const names = Object.keys(CASES).filter((name) => name !== 'hangs');
  const left = new Set(names);
  await misbehave(...faults([...left]));
  const { visitor, page, old, leave } = await come();
  const note = page.getByRole('alert');
  await visitor.openAssets(projectId, `?asset=${idOf(names[0] ?? '')}`);
  for (const name of names) {
    const { words, code, fix, mend } = CASES[name] ?? expect.fail(name);
    while (!page.url().includes(idOf(name))) {
      const before = page.url();
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => page.url()).not.toBe(before);
    }
    await page.locator(`[data-cause="${code}"]`).waitFor();
    expect(await note.getByRole('heading').innerText(), name).toBe(words);
    expect(await note.innerText(), name).toMatch(fix);
    await visitor.screenshot(`causes-${name}`);
    left.delete(name);
    if (name === 'url-expired') old.on = false;
    await misbehave(...faults([...left]));
    await mend?.();
    await note.getByRole('button', { name: 'Try again' }).click();
    await page.locator('[data-picture="shown"]').waitFor();
  }
  // What was mended in the large view is seen in the cells behind it.
  await page.keyboard.press('Escape');
  const shown = expected(() => 'shown');
  await expect.poll(() => cells(visitor)).toEqual(shown);
  await misbehave();
  await visitor.openAssets(projectId, `?asset=${idOf('hangs')}`);
  await page.locator('[data-picture="shown"]').waitFor();
  await leave();
});

it.each(['redirect-301', 'redirect-400'])(
  'of a bucket that moved go with asking again: %s',
  async (fault) => {
    const name = fault === 'redirect-301' ? 'wrong-type' : 'busy-at-first';
    await misbehave({ bucket: bucketOf(name), fault, region: 'us-west-2' });
    const { visitor, page, leave } = await come();
    await visitor.openAssets(projectId, `?asset=${idOf(name)}`);
    const again = page.getByRole('alert').getByRole('button', { name: 'Try again' });
    const isShown = async () => {
      // What was met before the hub knew of the move is named, and leaves when one asks again.
      if (await again.isVisible()) await again.click({ timeout: 1_000 }).catch(() => null);
      return page.locator('[data-picture="shown"]').count();
    };
    await expect.poll(isShown, { timeout: 120_000 }).toBe(1);
    await misbehave();
    await leave();
  },
);
