import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';

useBrowser();

async function invite(email: string): Promise<string> {
  const response = await fetch(`${ready.url}/v2/organization/${ready.organizationId}/invites`, {
    method: 'POST',
    headers: { apikey: ready.apiKey, 'content-type': 'application/json' },
    body: JSON.stringify({ to: [email], organizationRole: 'member' }),
  });
  expect(response.ok).toBe(true);
  const { data } = (await response.json()) as { data: { invites: { link: string }[] } };
  return data.invites[0]?.link ?? '';
}

it('lets a new person join by the link, who then sees only what a member may', async () => {
  const email = `grace-${Date.now()}@insitu.test`;
  const link = await invite(email);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await page.goto(link);
  await page.getByText(`This invitation is for ${email}, as a member.`).waitFor();
  await visitor.screenshot('invitation');
  expect(await visitor.axe()).toEqual([]);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('Enter your name.').waitFor();
  await page.getByLabel('Your name').fill('Grace Hopper');
  await page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('heading', { name: 'No projects yet' }).waitFor();
  expect(await page.getByRole('button', { name: 'Create project' }).count()).toBe(0);
  await visitor.screenshot('projects-none-for-a-member');

  await page.goto(`/projects/${ready.projectId}/assets`);
  await page.getByText('This project could not be opened.').waitFor();
  expect(await page.getByRole('button', { name: 'Add Data' }).count()).toBe(0);
  await visitor.leave(/status of 404/);
});

it('says why an invitation cannot be used', async () => {
  const visitor = await Visitor.come();
  await visitor.page.goto('/invitation/no-such-invitation');
  await visitor.page.getByRole('heading', { name: 'This invitation could not be opened.' }).waitFor();
  await visitor.screenshot('invitation-refused');
  await visitor.leave(/status of 404/);
});

it('asks for the first organization only while the hub has no people', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await page.goto('/setup');
  await page.getByRole('heading', { name: 'Sign in to Insitu' }).waitFor();
  await page.route('**/v2/setup', (route) =>
    route.fulfill({ json: { status: 'success', data: { required: true } } }),
  );
  await page.goto('/sign-in');
  await page.getByRole('heading', { name: 'Set up this hub' }).waitFor();
  await page.getByRole('button', { name: 'Create organization' }).click();
  await page.getByText('Use at least').waitFor();
  await visitor.screenshot('setup');
  expect(await visitor.axe()).toEqual([]);
  await visitor.leave();
});
