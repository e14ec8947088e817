// Two organizations of one person: whatever belongs to one is never seen in the other.
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';

useBrowser();

it('keep their storages, projects, people and records to themselves', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('button', { name: /^Switch organization/ }).click();
  await page.getByRole('menuitem', { name: 'Create organization' }).click();
  const name = `Elsewhere ${Date.now()}`;
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.keyboard.press('Enter');
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
        'x-organization': JSON.parse(JSON.stringify(localStorage.getItem('insitu.organization'))),
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
  await page.getByRole('menuitemcheckbox').filter({ hasNotText: 'Elsewhere' }).first().click();
  await page.getByRole('table').waitFor();
  await page.goto('/organization/storages');
  for (const { name: storage } of ready.storages) {
    await page.getByRole('button', { name: storage, exact: true }).waitFor();
  }
  await visitor.context.close();
  expect(visitor.errors.filter((error) => !error.includes('404'))).toEqual([]);
});
