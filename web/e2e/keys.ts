// The page as it is used without a mouse: Tab leads to things, and whatever has the focus shows it.
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** More things than any page has to pass. */
const STEPS_MOST = 90;

export class Keyboard {
  /** What had the focus and did not show it, or came before something that is read earlier. */
  readonly #wrong = new Set<string>();

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

  /** Waits until that has the focus by itself. */
  async isAt(wanted: Locator) {
    await expect.poll(() => this.hasFocus(wanted), { message: `focus on ${String(wanted)}` }).toBe(true);
  }

  /** Goes on by Tab until the focus is there, and looks at all that it passes. */
  async to(wanted: Locator) {
    await wanted.waitFor();
    for (let steps = 0; steps < STEPS_MOST; steps += 1) {
      if (await this.hasFocus(wanted)) return;
      await this.#tab();
    }
    throw new Error(`Tab does not lead to ${String(wanted)}`);
  }

  /** There by Tab, and pressed. */
  async enter(wanted: Locator) {
    await this.to(wanted);
    await this.press('Enter');
  }

  /** Into a field by Tab, and typed. */
  async fill(wanted: Locator, text: string) {
    await this.to(wanted);
    await this.type(text);
  }

  /** Goes down an open list until that is marked, and takes it. */
  async choose(wanted: Locator) {
    await wanted.waitFor();
    for (let steps = 0; steps < STEPS_MOST; steps += 1) {
      if ((await wanted.getAttribute('data-highlighted')) !== null) break;
      await this.press('ArrowDown');
    }
    await this.press('Enter');
    await expect.poll(() => this.page.getByRole('listbox').count()).toBe(0);
  }

  allWasInOrder() {
    expect([...this.#wrong]).toEqual([]);
  }

  async #tab() {
    const before = await this.page.evaluateHandle(() => document.activeElement);
    await this.page.keyboard.press('Tab');
    const wrong = await this.page.evaluate(async (from) => {
      // What comes into sight with the focus is there a moment later.
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      const focused = document.activeElement;
      if (!focused || focused === document.body) return [];
      const isRinged = (style: CSSStyleDeclaration) =>
        style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
      // Some show the ring around themselves, some around what they hold, or the box or label that they stand in.
      const { parentElement, nextElementSibling, firstElementChild } = focused;
      const around = [
        focused,
        parentElement,
        parentElement?.parentElement,
        nextElementSibling,
        firstElementChild,
      ];
      const isSeen = around.some(
        (element) =>
          element && (isRinged(getComputedStyle(element)) || isRinged(getComputedStyle(element, '::after'))),
      );
      const name = focused.outerHTML.slice(0, 160);
      const box = focused.getBoundingClientRect();
      const isInside =
        box.bottom > 0 && box.right > 0 && box.top < window.innerHeight && box.left < window.innerWidth;
      const found = [];
      if (!isSeen) found.push(`no ring: ${name}`);
      if (!isInside) found.push(`off the screen: ${name}`);
      const isLater = from && from.compareDocumentPosition(focused) & Node.DOCUMENT_POSITION_FOLLOWING;
      // Messages stand where they are seen at once, and are reached by a key of their own.
      const isMessage = focused.closest('[aria-live]') !== null;
      if (from && !isMessage && isLater && from !== document.body && from.isConnected) {
        const earlier = from.getBoundingClientRect();
        const isAbove = box.bottom <= earlier.top && box.right <= earlier.left;
        if (isAbove) found.push(`above and before what came first: ${name}`);
      }
      return found;
    }, before);
    await before.dispose();
    for (const one of wrong) this.#wrong.add(one);
  }
}
