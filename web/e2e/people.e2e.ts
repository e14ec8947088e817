// Members of an organization and of a project, as those see them who run it.
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';
import { joined } from './joining';
import { api } from './labeling';
import { failing, Looking, LOOKS } from './looking';

useBrowser();

const users = `/v2/organization/${ready.organizationId}/users`;
const invites = `/v2/organization/${ready.organizationId}/invites`;

async function member(email: string) {
  type Found = { users: { email: string; organizationRole: string; projects: { role: string }[] }[] };
  const found = await api<Found>('GET', `${users}?projects=true&search=${email}`);
  return found.users[0];
}

async function newProject(name: string): Promise<string> {
  return (await api<{ project: { _id: string } }>('POST', '/v2/project', { name })).project._id;
}

async function openMembers(visitor: Visitor, search = '') {
  await visitor.page.goto(`/organization/members${search ? `?search=${search}` : ''}`);
  await visitor.page.getByRole('table').first().waitFor();
}

it.each(LOOKS)('look right in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { visitor } = looking;
  const { page } = visitor;
  const project = await newProject(`Birds of prey ${Date.now()}`);
  const email = await joined('Grace Hopper', [{ projectId: project, projectRole: 'Reviewer' }]);
  await api('POST', invites, {
    to: [`waiting-${Date.now()}@insitu.test`],
    organizationRole: 'member',
    projectAssignments: [{ projectId: project, projectRole: 'Labeler' }],
  });
  await visitor.signIn();

  let letGo = await failing(visitor, '**/v2/organization/*/users?*');
  await page.goto('/organization/members');
  await page.locator('[aria-busy="true"] .skeleton').first().waitFor();
  await looking.at('members-loading');
  letGo();
  await page.getByText('The members could not be listed.').waitFor();
  await looking.at('members-failed');
  await page.unroute('**/v2/organization/*/users?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('table').first().waitFor();
  await page.getByRole('heading', { name: 'Pending invitations' }).waitFor();
  await looking.at('members');
  (await failing(visitor, '**/v2/organization/*/invites?*'))();
  await page.reload();
  await page.getByText('The invitations could not be listed.').waitFor();
  await looking.at('members-invitations-failed');
  await page.unroute('**/v2/organization/*/invites?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Pending invitations' }).waitFor();

  await page.getByLabel('Find by name or e-mail').fill('nobody of this name');
  await page.getByText('Nobody matches').waitFor();
  await looking.at('members-none');
  await openMembers(visitor, email);
  await page.getByRole('button', { name: 'Actions for Grace Hopper' }).click();
  await page.getByRole('menu').waitFor();
  await looking.at('members-menu');
  await page.getByRole('menuitem', { name: 'Project roles…' }).click();
  await page.getByRole('dialog', { name: 'Project roles of Grace Hopper' }).waitFor();
  await looking.at('members-project-roles');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Actions for Grace Hopper' }).click();
  await page.getByRole('menuitem', { name: 'Remove from the organization…' }).click();
  await page.getByRole('dialog', { name: 'Remove Grace Hopper?' }).waitFor();
  await looking.at('members-remove');
  await page.getByRole('button', { name: 'Cancel' }).click();

  await page.getByRole('button', { name: 'Invite people' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('E-mail addresses').fill('not an address');
  await dialog.getByRole('button', { name: /Create/ }).click();
  await dialog.getByText('is no e-mail address').waitFor();
  await looking.at('members-invite');
  await dialog
    .getByLabel('E-mail addresses')
    .fill(`a-${Date.now()}@insitu.test, b-${Date.now()}@insitu.test`);
  await dialog.getByRole('button', { name: 'Create 2 links' }).click();
  await dialog.getByText('This hub sends no mail.').waitFor();
  await looking.at('members-links');
  await dialog.getByRole('button', { name: 'Done' }).click();

  await page.goto(`/projects/${project}/members`);
  await page.getByRole('table').waitFor();
  await looking.at('project-members');
  await page.getByRole('button', { name: 'Add people' }).click();
  await page.getByRole('dialog').getByRole('checkbox').first().waitFor();
  await looking.at('project-members-add');
  await page.keyboard.press('Escape');
  const empty = await newProject(`Nobody in it ${Date.now()}`);
  letGo = await failing(visitor, '**/v2/project/*/people?*');
  await page.goto(`/projects/${empty}/members`);
  await page.locator('[aria-busy="true"] .skeleton').first().waitFor();
  await looking.at('project-members-loading');
  letGo();
  await page.getByText('The members could not be listed.').waitFor();
  await looking.at('project-members-failed');
  await page.unroute('**/v2/project/*/people?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Nobody was given a role here yet').waitFor();
  await looking.at('project-members-empty');
  await looking.end(/503/);
});

it('are invited by a link that works, with the project that was chosen', async () => {
  const name = `Fish ${Date.now()}`;
  await newProject(name);
  const email = `katherine-${Date.now()}@insitu.test`;
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openMembers(visitor);
  await page.getByRole('button', { name: 'Invite people' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('E-mail addresses').fill(email);
  await dialog.getByLabel('Project', { exact: true }).click();
  await page.getByRole('option', { name }).click();
  await dialog.getByLabel('Project role', { exact: true }).click();
  await page.getByRole('option', { name: /Lead/ }).click();
  // What is chosen counts, though nobody pressed Add to project.
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const link = await dialog.getByRole('textbox', { name: `Link for ${email}` }).inputValue();
  // What is shown once does not vanish by a slip.
  await page.keyboard.press('Escape');
  await dialog.getByText('Copy the link first, or press Done: it is not shown again.').waitFor();
  await visitor.screenshot('members-links-not-copied');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await visitor.backOverDialog();
  expect(await dialog.getByRole('textbox', { name: `Link for ${email}` }).inputValue()).toBe(link);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('row', { name: new RegExp(`${email}.*${name}: Lead`) }).waitFor();

  const invited = await Visitor.come();
  await invited.page.goto(link);
  await invited.page.getByLabel('Your name').fill('Katherine Johnson');
  await invited.page.getByLabel('Password', { exact: true }).fill('a long enough password');
  await invited.page.getByRole('button', { name: 'Join' }).click();
  await invited.page.getByRole('link', { name }).waitFor();
  expect((await member(email))?.projects.map(({ role }) => role)).toEqual(['Lead']);
  await invited.page.goto('/organization/members');
  await invited.page.getByText('Members are shown to admins').waitFor();
  await invited.leave();
  await visitor.leave();
});

it('are invited again with a new link, and not any more once it is withdrawn', async () => {
  const email = `again-${Date.now()}@insitu.test`;
  const made = await api<{ invites: { link: string }[] }>('POST', invites, {
    to: [email],
    organizationRole: 'admin',
  });
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openMembers(visitor);
  await page.getByRole('button', { name: `New link: ${email}` }).click();
  const fresh = await page.getByRole('textbox', { name: `Link for ${email}` }).inputValue();
  expect(fresh).not.toBe(made.invites[0]?.link);
  const status = async (link: string) =>
    (await fetch(`${ready.url}/v2/invitations/${link.split('/').at(-1)}`)).status;
  expect(await status(made.invites[0]?.link ?? '')).toBe(404);
  expect(await status(fresh)).toBe(200);
  await page
    .getByRole('dialog')
    .getByRole('button', { name: `Copy the link for ${email}` })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Copied' }).waitFor();
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');
  await page.getByRole('button', { name: `Withdraw… ${email}` }).click();
  const withdrawing = page.getByRole('dialog', { name: /^Withdraw the invitation/ });
  await withdrawing.getByRole('textbox').fill(email);
  await withdrawing.getByRole('button', { name: 'Withdraw' }).click();
  await expect.poll(() => page.getByRole('row', { name: new RegExp(email) }).count()).toBe(0);
  expect(await status(fresh)).toBe(404);
  await visitor.leave();
});

it('get another role with one key less, and it is taken back by Undo', async () => {
  const email = await joined('Dorothy Vaughan');
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openMembers(visitor, email);
  await page.getByRole('button', { name: 'Actions for Dorothy Vaughan' }).press('Enter');
  await page.getByRole('menuitemcheckbox', { name: /^Admin/ }).click();
  await page.getByText('Dorothy Vaughan is now an admin.').waitFor();
  expect((await member(email))?.organizationRole).toBe('admin');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Dorothy Vaughan is now a member.').waitFor();
  expect((await member(email))?.organizationRole).toBe('member');
  await visitor.leave();
});

it('are taken out of a project, and come back by Undo while their dialog is open and when it is closed', async () => {
  const name = `Owls ${Date.now()}`;
  const project = await newProject(name);
  const email = await joined('Annie Easley', [{ projectId: project, projectRole: 'Reviewer' }]);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openMembers(visitor, email);
  await page.getByRole('button', { name: 'Actions for Annie Easley' }).click();
  await page.getByRole('menuitem', { name: 'Project roles…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Project roles of Annie Easley' });
  const takeOut = dialog.getByRole('button', { name: `Take out of ${name}` });
  const undo = page.getByRole('button', { name: 'Undo' });
  const roles = async () => (await member(email))?.projects.map(({ role }) => role);
  const takenOut = async () => {
    await takeOut.click();
    await undo.waitFor();
    await expect.poll(() => takeOut.count()).toBe(0);
    expect(await roles()).toEqual([]);
  };
  // By keyboard, which the dialog lets go; by a press beside the dialog, which does not close it; and after its end.
  await takenOut();
  await page.keyboard.press('F8');
  expect(await undo.evaluate((button) => button === document.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  await takeOut.waitFor();
  await takenOut();
  await undo.click();
  await takeOut.waitFor();
  expect(await roles()).toEqual(['Reviewer']);
  await takenOut();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => dialog.count()).toBe(0);
  await undo.click();
  await expect.poll(roles).toEqual(['Reviewer']);
  await visitor.leave();
});

it('are removed once their address was typed; the owner and oneself are not', async () => {
  const email = await joined('Mary Jackson');
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await openMembers(visitor, ready.email);
  await page.getByRole('button', { name: /^Actions for/ }).click();
  await page.getByText('The owner stays the owner').waitFor();
  expect(await page.getByRole('menuitem', { name: /Remove/ }).count()).toBe(0);
  await page.keyboard.press('Escape');
  await openMembers(visitor, email);
  await page.getByRole('button', { name: 'Actions for Mary Jackson' }).click();
  await page.getByRole('menuitem', { name: /Remove/ }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: 'Remove' }).isDisabled()).toBe(true);
  await dialog.getByLabel(/to confirm/).fill(email);
  await page.keyboard.press('Enter');
  await page.getByText('Nobody matches').waitFor();
  expect(await member(email)).toBeUndefined();
  await visitor.leave();
});

it('join a project from the organization, change their role there, and leave it', async () => {
  const email = await joined('Annie Easley');
  const project = await newProject(`Rockets ${Date.now()}`);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto(`/projects/${project}/members`);
  await page.getByRole('button', { name: 'Add people' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByText('Choose somebody to add.').waitFor();
  await dialog.getByLabel('Find by name or e-mail').fill(email);
  await expect.poll(() => dialog.getByRole('checkbox').count()).toBe(1);
  await dialog.getByRole('checkbox', { name: 'Choose Annie Easley' }).check();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('row', { name: /Annie Easley.*Labeler/ }).waitFor();
  await page.getByRole('button', { name: 'Actions for Annie Easley' }).click();
  await page.getByRole('menuitemcheckbox', { name: /^Manager/ }).click();
  await page.getByRole('row', { name: /Annie Easley.*Manager/ }).waitFor();
  expect((await member(email))?.projects.map(({ role }) => role)).toEqual(['Manager']);
  await page.getByRole('button', { name: 'Actions for Annie Easley' }).click();
  await page.getByRole('menuitem', { name: /Take out/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take out' }).click();
  await page.getByText('Nobody was given a role here yet').waitFor();
  expect((await member(email))?.projects).toEqual([]);
  await visitor.leave();
});
