// What pages may fetch from: the hub and where the organization's assets lie, nothing else.
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';

useBrowser();

/** The sources of one directive of a page's policy. */
async function sources(visitor: Visitor, path: string, directive: string): Promise<string[]> {
  const answer = await visitor.context.request.get(path, { headers: { accept: 'text/html' } });
  const policy = answer.headers()['content-security-policy'] ?? '';
  const found = policy.split(';').find((part) => part.trim().startsWith(`${directive} `));
  return (found ?? '').trim().split(/\s+/).slice(1);
}

it('are the hub alone before signing in, and the storages of the organization after it', async () => {
  const visitor = await Visitor.come();
  const hub = new URL(ready.url).origin;
  expect(await sources(visitor, '/sign-in', 'connect-src')).toEqual(["'self'", hub]);
  await visitor.signIn();
  const after = await sources(visitor, '/', 'connect-src');
  expect(after).toContain(ready.sandbox.s3Endpoint);
  expect(after.filter((source) => ['*', 'http:', 'https:'].includes(source))).toEqual([]);
  expect(await sources(visitor, '/', 'script-src')).toEqual(["'self'"]);
  await visitor.leave();
});

it('refuse every other host, and open a page anew once that was met', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await visitor.openAssets();
  await visitor.picturesDone();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const foreign = 'http://127.0.0.2:9/stolen';
  const reopened = page.waitForEvent('load');
  await page.evaluate((url) => void fetch(url).catch(() => {}), foreign);
  await reopened;
  await page.getByRole('grid', { name: 'Assets' }).waitFor();
  // A host that stays refused is told once, and opens nothing again.
  await page.evaluate((url) => void fetch(url).catch(() => {}), foreign);
  await page
    .getByText('This page was opened before this organization had anything at 127.0.0.2:9.')
    .waitFor();
  expect(asked.filter((url) => url.startsWith(foreign))).toEqual([]);
  await visitor.context.close();
  // The browser tells what it refused.
  expect(visitor.errors.filter((error) => !error.includes('127.0.0.2:9'))).toEqual([]);
});
