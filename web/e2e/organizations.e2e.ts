// Two organizations of one person: whatever belongs to one is never seen in the other.
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';

useBrowser();

/** An invitation's link, made by whoever is signed in. */
async function linkInto(visitor: Visitor, organization: string, email: string): Promise<string> {
  const invitation = { to: [email], organizationRole: 'admin' };
  const response = await visitor.context.request.post(`/v2/organization/${organization}/invites`, {
    headers: { origin: ready.url, 'x-organization': organization },
    data: invitation,
  });
  expect(response.status(), await response.text()).toBeLessThan(300);
  const { data } = (await response.json()) as { data: { invites: { link: string }[] } };
  return data.invites[0]?.link ?? '';
}

it('are both open to somebody who joined both by a link, one at a time', async () => {
  const email = `hedy-${Date.now()}@insitu.test`;
  const name = `Second ${Date.now()}`;
  const owner = await Visitor.come();
  await owner.signIn();
  const made = await owner.context.request.post('/v2/organization', {
    headers: { origin: ready.url },
    data: { name },
  });
  const { data } = (await made.json()) as { data: { organization: { _id: string } } };
  const links = [
    await linkInto(owner, ready.organizationId, email),
    await linkInto(owner, data.organization._id, email),
  ];
  await owner.leave();

  const visitor = await Visitor.come();
  const { page } = visitor;
  await page.goto(links[0] ?? '');
  await page.getByLabel('Your name').fill('Hedy Lamarr');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
  await page.goto('/organization/storages');
  const first = ready.storages.map((storage) =>
    page.getByRole('button', { name: storage.name, exact: true }),
  );
  for (const storage of first) await storage.waitFor();

  await page.goto(links[1] ?? '');
  await page.getByRole('heading', { name: new RegExp(name) }).waitFor();
  await visitor.screenshot('invitation-second');
  expect(await visitor.axe()).toEqual([]);
  await page.getByRole('button', { name: 'Join' }).click();
  const switcher = page.getByRole('button', { name: `Switch organization: ${name}` });
  await switcher.waitFor();
  await page.goto('/organization/storages');
  await page.getByText('No storages yet').waitFor();
  for (const storage of first) expect(await storage.count()).toBe(0);

  await switcher.click();
  await expect.poll(() => page.getByRole('menuitemcheckbox').count()).toBe(2);
  await visitor.screenshot('organization-switcher');
  const back = page.waitForEvent('load');
  await page.getByRole('menuitemcheckbox').filter({ hasNotText: name }).click();
  await back;
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
  await page.goto('/organization/storages');
  for (const storage of first) await storage.waitFor();
  await visitor.leave();
});

it('keep their storages, projects, people and records to themselves', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('button', { name: /^Switch organization/ }).click();
  await page.getByRole('menuitem', { name: 'Create organization' }).click();
  const name = `Elsewhere ${Date.now()}`;
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  const opened = page.waitForEvent('load');
  await page.keyboard.press('Enter');
  await opened;
  await page.getByText('No projects yet').waitFor();
  await page.getByRole('button', { name: `Switch organization: ${name}` }).waitFor();

  await page.goto('/organization/storages');
  await page.getByText('No storages yet').waitFor();
  await visitor.screenshot('organization-storages-empty');
  for (const { name: storage } of ready.storages) {
    expect(await page.getByText(storage, { exact: true }).count(), storage).toBe(0);
  }
  await page.goto('/organization/members');
  await expect.poll(() => page.getByRole('row').count()).toBe(2);
  await page.goto('/organization/activity');
  await page.getByRole('row', { name: /created the organization/ }).waitFor();
  expect(await page.getByRole('row').count()).toBe(2);
  await page.goto('/organization/activity?view=urls');
  await page.getByText('Nobody was handed a URL yet').waitFor();
  await visitor.screenshot('activity-urls-empty');

  const foreign = await page.evaluate(
    async ({ id, storage }) => {
      const headers = {
        'x-organization': /insitu_organization=(\w+)/.exec(document.cookie)?.[1] ?? '',
      };
      const asked = await fetch(`/v2/storages/${storage}`, { headers });
      const project = await fetch('/v2/listProjects', { headers });
      const { data } = (await project.json()) as { data: { projects: { _id: string }[] } };
      return { status: asked.status, sees: data.projects.some(({ _id }) => _id === id) };
    },
    { id: ready.projectId, storage: ready.storages[0]?._id ?? '' },
  );
  expect(foreign).toEqual({ status: 404, sees: false });

  await page.getByRole('button', { name: /^Switch organization/ }).click();
  const back = page.waitForEvent('load');
  await page.getByRole('menuitemcheckbox').filter({ hasNotText: 'Elsewhere' }).first().click();
  await back;
  await page.getByRole('table').waitFor();
  await page.goto('/organization/storages');
  for (const { name: storage } of ready.storages) {
    await page.getByRole('button', { name: storage, exact: true }).waitFor();
  }
  await visitor.leave(/status of 404/);
});

it('are shown one by each tab, which a reload does not change', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  const name = `In another tab ${Date.now()}`;
  const made = await visitor.context.request.post('/v2/organization', {
    headers: { origin: ready.url },
    data: { name },
  });
  expect(made.ok()).toBe(true);
  await page.goto('/organization/storages');
  const storage = page.getByRole('button', { name: ready.storages[0]?.name ?? '', exact: true });
  await storage.waitFor();

  const other = await visitor.context.newPage();
  await other.goto('/');
  await other.getByRole('button', { name: /^Switch organization/ }).click();
  await other.getByRole('menuitemcheckbox').filter({ hasText: name }).click();
  await other.getByRole('button', { name: `Switch organization: ${name}` }).waitFor();

  const answer = page.waitForResponse((response) => response.request().isNavigationRequest());
  await page.reload();
  await storage.waitFor();
  // With what this tab's organization may fetch from.
  expect((await answer).headers()['content-security-policy']).toContain(ready.sandbox.s3Endpoint);
  await other.goto('/organization/storages');
  await other.getByText('No storages yet').waitFor();
  await other.close();
  await visitor.leave();
});
