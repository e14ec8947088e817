// What pages may fetch from: the hub and where the organization's assets lie, nothing else; and copying by plain HTTP.
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

/** An organization of its own, whose storages no other test changes. */
async function another(visitor: Visitor, name: string) {
  const { request } = visitor.context;
  const headers = { origin: ready.url };
  const made = await request.post('/v2/organization', { headers, data: { name } });
  const id = ((await made.json()) as { data: { organization: { _id: string } } }).data.organization._id;
  const key = { publicKey: 'AKIAIOSFODNN7EXAMPLE', privateKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
  const add = async (more: object) => {
    const data = { provider: 'AWS', ...key, ...more };
    const added = await request.post('/v2/storages', { headers: { ...headers, 'x-organization': id }, data });
    expect(added.status(), await added.text()).toBe(200);
  };
  await add({ name: 'Frankfurt', region: 'eu-central-1' });
  await add({ name: 'Beijing', region: 'cn-north-1', prefixes: ['bilder/2024', 'my.bilder'] });
  await add({ name: 'Our own', region: 'garage', endpoint: 'http://127.0.0.1:9' });
}

it('are the hub alone before signing in, and after it exactly what the organization that is shown has', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const hub = new URL(ready.url).origin;
  expect(await sources(visitor, '/sign-in', 'connect-src')).toEqual(["'self'", hub]);
  await visitor.signIn();
  const name = `Three storages ${Date.now()}`;
  await another(visitor, name);
  const before = await sources(visitor, '/', 'connect-src');
  expect(before).toContain(ready.sandbox.s3Endpoint);
  expect(before).not.toContain('http://127.0.0.1:9');

  await page.goto('/');
  await page.getByRole('button', { name: /^Switch organization/ }).click();
  const opened = page.waitForResponse((answer) => answer.request().isNavigationRequest());
  await page.getByRole('menuitemcheckbox').filter({ hasText: name }).click();
  const policy = (await opened).headers()['content-security-policy'] ?? '';
  await page.getByRole('button', { name: `Switch organization: ${name}` }).waitFor();
  const places = [
    'http://127.0.0.1:9',
    'https://*.s3.eu-central-1.amazonaws.com',
    'https://bilder.s3.cn-north-1.amazonaws.com.cn',
    'https://s3.cn-north-1.amazonaws.com.cn/my.bilder/',
    'https://s3.eu-central-1.amazonaws.com',
  ];
  expect(policy).toContain(`connect-src 'self' ${hub} ${places.join(' ')};`);
  expect(await sources(visitor, '/', 'connect-src')).toEqual(["'self'", hub, ...places]);
  expect(await sources(visitor, '/', 'img-src')).toEqual(["'self'", 'blob:', 'data:', hub, ...places]);
  expect(await sources(visitor, '/', 'script-src')).toEqual(["'self'"]);
  // A project of the other organization brings what that one has.
  expect(await sources(visitor, `/projects/${ready.projectId}/assets`, 'connect-src')).toContain(
    ready.sandbox.s3Endpoint,
  );
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
  await visitor.leave(/127\.0\.0\.2:9/);
});

it('copies where the hub is reached by plain HTTP, and browsers keep their clipboard', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  // As browsers have it on http://hub.lan:8080.
  await page.addInitScript(() =>
    Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }),
  );
  await visitor.signIn();
  await page.goto('/organization/storages');
  await page.getByRole('button', { name: 'Add Storage' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add Storage' });
  await dialog.getByRole('combobox', { name: 'Buckets' }).fill('lake');
  await page.keyboard.press('Enter');
  const policy = dialog.getByRole('region', { name: 'Policy', exact: true });
  await expect.poll(() => policy.textContent()).toContain('arn:aws:s3:::lake/*');
  const copy = dialog.getByRole('button', { name: 'Copy Policy' });
  await copy.click();
  await dialog.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
  const name = dialog.getByLabel('Name', { exact: true });
  await name.focus();
  await page.keyboard.press('ControlOrMeta+v');
  const pasted = (await name.inputValue()).replaceAll(/\s/g, '');
  expect(pasted).toBe((await policy.textContent())?.replaceAll(/\s/g, ''));
  await visitor.leave();
});
