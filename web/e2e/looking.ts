// Both themes and both sizes, and what every page is held to in each: accessible, inside the screen, kept as a picture.
import { expect } from 'vitest';
import { PHONE, Visitor, WIDE, type Theme } from './harness';

export type Look = { theme: Theme; size: string; viewport: typeof WIDE };

export const LOOKS: Look[] = [
  { theme: 'light', size: '1280', viewport: WIDE },
  { theme: 'dark', size: '1280', viewport: WIDE },
  { theme: 'light', size: '360', viewport: PHONE },
  { theme: 'dark', size: '360', viewport: PHONE },
];

/** Looks at one state after the other, and says at the end all that was wrong. */
export class Looking {
  readonly #wrong: string[] = [];

  private constructor(
    readonly visitor: Visitor,
    private readonly suffix: string,
  ) {}

  static async begin({ theme, size, viewport }: Look): Promise<Looking> {
    return new Looking(await Visitor.come(theme, viewport), `${size}-${theme}`);
  }

  async at(name: string) {
    await this.visitor.screenshot(`${name}-${this.suffix}`);
    this.#wrong.push(...(await this.visitor.axe()).map((found) => `${name}: ${found}`));
    if (await this.visitor.overflows()) this.#wrong.push(`${name}: wider than the screen`);
  }

  /** With `expected`: what the browser itself notes of answers that the test wanted to fail. */
  async end(expected?: RegExp) {
    expect(this.#wrong).toEqual([]);
    await this.visitor.leave(expected);
  }
}

/** Answers questions of this address as a hub does that cannot read its database; held back until `letGo` is called. */
export async function failing(visitor: Visitor, address: string) {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await visitor.page.route(address, async (route) => {
    await held;
    await route.fulfill({
      status: 503,
      json: {
        status: 'error',
        code: 'store.unavailable',
        message: 'The hub could not read its database. Try again.',
      },
    });
  });
  return letGo;
}
