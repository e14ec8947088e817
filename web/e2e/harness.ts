// A browser in front of a running hub: who signs in, what is collected, what every test asserts at its end.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Cookie,
  type Locator,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { ready } from './demo';

export { ready };

export type Theme = 'light' | 'dark';
export const WIDE = { width: 1280, height: 800 };
export const PHONE = { width: 360, height: 740 };

const ARTIFACTS = process.env.INSITU_ARTIFACTS ?? new URL('../../artifacts', import.meta.url).pathname;
const SCREENSHOTS = `${ARTIFACTS}/screenshots/`;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
/** Who came in this file and has not left. */
const present = new Set<Visitor>();
/** The cookies of whoever signed in last: tests sign in more often than one account may. */
let kept: Cookie[] = [];

/**
 * Starts the browser for a file of tests and stops it behind them. Everybody leaves by `leave`: whose console nobody asked
 * about fails the file, unless a test has failed already.
 */
export function useBrowser() {
  let someFailed = false;
  afterEach(({ task }) => void (someFailed ||= task.result?.state === 'fail'));
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await chromium.launch({
      executablePath: process.env.INSITU_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-background-networking'],
    });
  });
  afterAll(async () => {
    const stayed = [...present].map(({ page }) => page.url());
    present.clear();
    await browser?.close();
    if (!someFailed) expect(stayed, 'who did not leave by Visitor.leave').toEqual([]);
  });
}

export class Visitor {
  private readonly errors: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    context.on('console', (message) => {
      const asked = message.location().url;
      const told = message.text().includes(asked) ? message.text() : `${message.text()} ${asked}`;
      if (message.type() === 'error' || message.type() === 'warning') this.errors.push(told);
    });
    context.on('weberror', (error) => this.errors.push(String(error.error())));
    // A question of which something was left out.
    context.on('request', (request) => {
      const { origin, pathname } = new URL(request.url());
      if (origin === new URL(ready.url).origin && /^\/v2\/.*%7B/.test(pathname)) this.errors.push(pathname);
    });
    present.add(this);
  }

  static async come(theme: Theme = 'light', viewport = WIDE): Promise<Visitor> {
    const context = await browser.newContext({
      viewport,
      colorScheme: theme,
      reducedMotion: 'reduce',
      baseURL: ready.url,
    });
    context.setDefaultTimeout(60_000);
    return new Visitor(context, await context.newPage());
  }

  /**
   * Signs in through the page, as a person does. Later visitors come with the session of the first while it lasts: who
   * signs in dozens of times a minute is held back.
   */
  async signIn() {
    await this.context.addCookies(kept);
    const session = kept.length > 0 && (await this.context.request.get('/v2/session')).ok();
    await this.page.goto(session ? '/' : '/sign-in');
    if (!session) await this.fillSignIn();
    await this.page.getByRole('heading', { name: 'Projects' }).waitFor();
    kept = await this.context.cookies();
  }

  private async fillSignIn() {
    await this.page.getByLabel('E-mail').fill(ready.email);
    await this.page.getByLabel('Password', { exact: true }).fill(ready.password);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** Types who they are into a form that asks in the middle of a page. */
  async typePassword(form: Locator) {
    await form.getByLabel('E-mail').fill(ready.email);
    await form.getByLabel('Password', { exact: true }).fill(ready.password);
    await form.getByRole('button', { name: 'Sign in' }).click();
  }

  async openAssets(projectId = ready.projectId, query = '') {
    await this.page.goto(`/projects/${projectId}/assets${query}`);
    await this.page.getByRole('grid', { name: 'Assets' }).waitFor();
  }

  /** The browser's Back where it closes a dialog: until the page is where it was. */
  backOverDialog() {
    return this.page.evaluate(
      () =>
        new Promise<void>((done) => {
          addEventListener('popstate', () => done(), { once: true });
          history.back();
        }),
    );
  }

  /** Presses the two keys of one shortcut without a pause in which the page would forget the first. */
  async chord(first: string, second: string) {
    await Promise.all([first, second].map((key) => this.page.keyboard.press(key)));
  }

  /** Waits until nothing of this role is on the page any more: what closes keeps the keyboard until it is gone. */
  async gone(role: 'dialog' | 'menu' | 'listbox' | 'toolbar') {
    await expect.poll(() => this.page.getByRole(role).count()).toBe(0);
  }

  /** Waits until no picture in sight is on its way any more. */
  async picturesDone() {
    await this.page
      .locator('[data-thumbnail="shown"], [data-thumbnail]:not([data-thumbnail="waiting"])')
      .first()
      .waitFor();
    await expect.poll(() => this.page.locator('[data-thumbnail="waiting"]').count()).toBe(0);
    // One that is in its place may not be painted yet.
    const painted = (all: Element[]) => all.every((one) => (one as HTMLImageElement).naturalWidth > 0);
    const pictures = this.page.locator('img[data-thumbnail="shown"]');
    await expect.poll(() => pictures.evaluateAll(painted)).toBe(true);
  }

  screenshot(name: string) {
    return this.page.screenshot({ path: `${SCREENSHOTS}${name}.png` });
  }

  /** What axe finds wrong with what is on screen, in words short enough to read in a failed test. */
  async axe(): Promise<string[]> {
    // By the debugger's way in: the page's own policy forbids foreign scripts, and shall.
    await this.page.evaluate(AXE);
    const found = await this.page.evaluate(async () => {
      type Result = { violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] };
      type Axe = { run: (context: object, options: object) => Promise<Result> };
      const { axe } = window as unknown as { axe: Axe };
      const all = await axe.run(document, { rules: { region: { enabled: false } } });
      // Everything stands in a landmark, but for what floats above the page while it is open.
      const floating = { exclude: [['[data-bits-floating-content-wrapper]']] };
      const landmarks = await axe.run(floating, { runOnly: ['region'] });
      return [...all.violations, ...landmarks.violations];
    });
    return found.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary ?? ''}`),
    );
  }

  /** Whether the page is wider than the screen, or what is in a dialog wider than that, which nothing may be. */
  overflows(): Promise<boolean> {
    return this.page.evaluate(() => {
      const inner = document.querySelectorAll('.page, [role="dialog"] > .content');
      const outer = [document.documentElement, ...inner];
      return outer.some((element) => element.scrollWidth > element.clientWidth + 1);
    });
  }

  /**
   * Leaves, and asserts that nothing went wrong in the console of any tab meanwhile but what was expected: what the
   * browser itself notes of answers that the test wanted to fail.
   */
  async leave(expected?: RegExp) {
    present.delete(this);
    const told = this.errors.filter((error) => !expected?.test(error));
    // What is on its way when somebody leaves is nobody's any more.
    await Promise.all(
      this.context.pages().map((page) => page.unrouteAll({ behavior: 'ignoreErrors' }).catch(() => {})),
    );
    await this.context.close();
    expect(told).toEqual([]);
  }
}

export type ApiAsset = {
  _id: string;
  externalId: string | null;
  data: string;
  storage: string | null;
  batches: string[];
  priority: number;
  metadata: { width?: number; height?: number };
  createdAt: string;
};

/** The assets of a project as the hub's API lists them: what the page is held to. */
export async function assetsOf(projectId: string, query: Record<string, string> = {}): Promise<ApiAsset[]> {
  const params = new URLSearchParams({ limit: '1000', ...query });
  const response = await fetch(`${ready.url}/v2/project/${projectId}/assets?${params}`, {
    headers: { apikey: ready.apiKey },
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { data: { assets: ApiAsset[] } }).data.assets;
}

export function fileNameOf(asset: ApiAsset): string {
  return decodeURIComponent(asset.data.split('/').at(-1) ?? '');
}
