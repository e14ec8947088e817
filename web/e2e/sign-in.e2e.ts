import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';
import { joined, PASSWORD } from './joining';

useBrowser();

it('signs in, shows who is here, and signs out', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  // A session of its own, which ends with it.
  await page.goto('/sign-in');
  await visitor.typePassword(page.getByRole('main'));
  await page.getByRole('heading', { name: 'Projects' }).waitFor();
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByText(ready.email).waitFor();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Insitu' }).waitFor();
  await page.goto(`/projects/${ready.projectId}/assets`);
  await page.getByRole('heading', { name: 'Sign in to Insitu' }).waitFor();
  await visitor.leave(/status of 401/);
});

it('refuses a wrong password in words and keeps the e-mail address', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await page.goto('/sign-in');
  await page.getByLabel('E-mail').fill(ready.email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  expect(await page.getByRole('alert').innerText()).toMatch(/password/i);
  expect(await page.getByLabel('E-mail').inputValue()).toBe(ready.email);
  await visitor.screenshot('sign-in-refused');
  await visitor.leave(/status of 401/);
});

it('says what is missing before asking the hub', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await page.goto('/sign-in');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Enter an e-mail address such as').waitFor();
  await page.getByText('Enter your password.').waitFor();
  expect(await page.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true');
  // Also where the pointer happens to rest on it.
  const password = page.getByLabel('Password', { exact: true });
  await password.hover();
  const color = await page.getByText('Enter your password.').evaluate((text) => getComputedStyle(text).color);
  expect(await password.evaluate((field) => getComputedStyle(field).borderTopColor)).toBe(color);
  await visitor.leave();
});

it('refuses a link that is not valid, takes it out of the address bar, and offers the password', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await page.goto('/sign-in#token=not-a-token');
  await page.getByText('This sign-in link could not be used.').waitFor();
  expect(page.url()).not.toContain('token');
  await page.getByLabel('E-mail').waitFor();
  await visitor.screenshot('sign-in-link-refused');
  await visitor.leave(/status of 40[01]/);
});

it('comes back to the page that was wanted', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const wanted = `/projects/${ready.projectId}/assets?view=table`;
  await page.goto(wanted);
  await page.getByLabel('E-mail').fill(ready.email);
  await page.getByLabel('Password', { exact: true }).fill(ready.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('columnheader', { name: 'Address' }).waitFor();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(wanted);
  await visitor.leave(/status of 401/);
});

it('shows a page to nobody but whoever signed in last, also in a tab that was open before', async () => {
  const email = await joined('Grace Hopper');
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto('/organization/members');
  await page.getByRole('button', { name: 'Invite people' }).waitFor();
  const other = await visitor.context.newPage();
  await other.goto('/sign-in');
  await other.getByLabel('E-mail').fill(email);
  await other.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByRole('heading', { name: 'No projects yet' }).waitFor();
  await page.getByRole('button', { name: 'Account: Grace Hopper' }).waitFor();
  await page.getByRole('heading', { name: 'Members are shown to admins' }).waitFor();
  expect(await page.getByText(ready.email).count()).toBe(0);
  await visitor.leave();
});
