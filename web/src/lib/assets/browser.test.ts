import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Asset } from '$lib/api/types';
import { AssetBrowser } from './browser.svelte';
import { Selection } from './selection.svelte';

const assets = Array.from({ length: 50 }, (_, n) => ({ _id: `${n}` }) as Asset);
const focused = vi.fn<(selector: string) => void>();
const browser = () => new AssetBrowser({ items: () => assets, selection: new Selection(), open: () => {} });

beforeEach(() => {
  focused.mockReset();
  const querySelector = (selector: string) => ({ focus: () => focused(selector) });
  vi.stubGlobal('document', { querySelector, activeElement: null });
});

afterEach(() => vi.unstubAllGlobals());

function press(on: AssetBrowser, key: string, held: Partial<KeyboardEvent> = {}) {
  const preventDefault = vi.fn();
  on.keydown({ key, preventDefault, ...held } as unknown as KeyboardEvent);
  return preventDefault.mock.calls.length === 1;
}

it('goes to both ends with Ctrl as without, and leaves other keys with it to the page', async () => {
  const list = browser();
  for (const held of [{}, { ctrlKey: true }, { metaKey: true }]) {
    expect([press(list, 'End', held), list.active]).toEqual([true, 49]);
    expect([press(list, 'Home', held), list.active]).toEqual([true, 0]);
  }
  expect(press(list, 'End', { altKey: true })).toBe(false);
  expect(press(list, 'ArrowDown', { ctrlKey: true })).toBe(false);
  expect(list.active).toBe(0);
  await vi.waitFor(() => expect(focused).toHaveBeenLastCalledWith('[data-asset-index="0"]'));
});

it('takes the focus where Tab would lead', () => {
  browser().takeFocus();
  expect(focused).toHaveBeenCalledWith('[data-asset-index][tabindex="0"]');
});

it('knows which asset has the focus, or holds what has it', () => {
  expect(browser().focused).toBeUndefined();
  const closest = (selector: string) =>
    selector === '[data-asset-index]' ? { dataset: { assetIndex: '7' } } : null;
  vi.stubGlobal('document', { activeElement: { closest } });
  expect(browser().focused).toBe(7);
});
