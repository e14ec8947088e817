// Somebody's own name and password, their organization's name, and keys that others made.
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';
import { enter, joined, PASSWORD } from './joining';
import { failing, Looking, LOOKS } from './looking';

useBrowser();

const BETTER = 'an even better password';

async function openAccount({ page }: Visitor) {
  await page.getByRole('button', { name: /^Account: / }).click();
  await page.getByRole('menuitem', { name: 'Account…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Account' });
  await dialog.waitFor();
  return dialog;
}

/** A key that somebody who joins makes for themselves. */
async function joinWithKey(person: string, key: string) {
  const visitor = await Visitor.come();
  await enter(visitor, person);
  const made = await visitor.context.request.post('/v2/apiKeys', {
    headers: { origin: ready.url },
    data: { name: key },
  });
  const { data } = (await made.json()) as { data: { apiKey: { key: string; prefix: string } } };
  await visitor.leave();
  return data.apiKey;
}

it.each(LOOKS)('look right in $theme at $size px', async (how) => {
  const looking = await Looking.begin(how);
  const { visitor } = looking;
  const { page } = visitor;
  const key = `Night job ${how.theme} ${how.size}`;
  await joinWithKey('Grace Hopper', key);
  await visitor.signIn();
  await page.getByRole('button', { name: /^Account: / }).click();
  await page.getByRole('menu').waitFor();
  await looking.at('account-menu');
  await page.keyboard.press('Escape');
  await visitor.gone('menu');
  const account = await openAccount(visitor);
  await looking.at('account');
  await account.getByRole('button', { name: 'Change password' }).click();
  await account.getByLabel('Your name').fill(' ');
  await account.getByLabel('New password', { exact: true }).fill('short');
  await account.getByRole('button', { name: 'Save' }).click();
  await account.getByText('Enter your present password.').waitFor();
  await looking.at('account-wrong');
  await account.getByRole('button', { name: 'Cancel' }).click();
  await visitor.gone('dialog');

  await page.getByRole('button', { name: /^Switch organization/ }).click();
  await page.getByRole('menuitem', { name: 'Rename organization…' }).click();
  await page.getByRole('dialog', { name: 'Rename organization' }).waitFor();
  await looking.at('organization-rename');
  await page.keyboard.press('Escape');
  await visitor.gone('dialog');

  const letGo = await failing(visitor, '**/v2/organization/*/apiKeys?*');
  await page.goto('/organization/api-keys');
  await page.getByRole('heading', { name: 'Keys of other members' }).waitFor();
  letGo();
  await page.getByText('The API keys of other members could not be listed.').waitFor({ timeout: 20_000 });
  await looking.at('api-keys-others-failed');
  await page.unroute('**/v2/organization/*/apiKeys?*');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('button', { name: `Revoke… ${key}, Grace Hopper` }).waitFor();
  await looking.at('api-keys-others');
  await page.getByRole('button', { name: `Revoke… ${key}, Grace Hopper` }).click();
  await page.getByRole('dialog', { name: `Revoke “${key}”?` }).waitFor();
  await looking.at('api-keys-others-revoke');
  await looking.end(/503/);
});

it('gives people another name, which everybody sees', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  await enter(visitor, 'Katherine Jonson');
  await page.goto('/');
  const dialog = await openAccount(visitor);
  await dialog.getByLabel('Your name').fill('Katherine Johnson');
  await page.keyboard.press('Enter');
  await page.getByText('Your name was changed.').waitFor();
  await visitor.gone('dialog');
  await page.getByRole('button', { name: 'Account: Katherine Johnson' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Account: Katherine Johnson' }).waitFor();
  await visitor.leave();

  const owner = await Visitor.come();
  await owner.signIn();
  await owner.page.goto('/organization/activity?kind=member');
  await owner.page.getByText('from Katherine Jonson to Katherine Johnson').waitFor();
  await owner.leave();
});

it('changes a password by the present one, and signs out every other browser', async () => {
  const email = await joined('Dorothy Vaughan');
  const signIn = async (password: string) => {
    const visitor = await Visitor.come();
    await visitor.page.goto('/sign-in');
    await visitor.page.getByLabel('E-mail').fill(email);
    await visitor.page.getByLabel('Password', { exact: true }).fill(password);
    await visitor.page.getByRole('button', { name: 'Sign in' }).click();
    await visitor.page.getByRole('button', { name: 'Account: Dorothy Vaughan' }).waitFor();
    return visitor;
  };
  const [here, elsewhere] = [await signIn(PASSWORD), await signIn(PASSWORD)];
  const dialog = await openAccount(here);
  await dialog.getByRole('button', { name: 'Change password' }).click();
  const present = dialog.getByLabel('Present password', { exact: true });
  await present.fill('not that one');
  await dialog.getByLabel('New password', { exact: true }).fill(BETTER);
  await here.page.keyboard.press('Enter');
  await dialog.getByText('The present password is another one.').waitFor();
  expect(await present.evaluate((input) => input === document.activeElement)).toBe(true);
  await present.fill(PASSWORD);
  await here.page.keyboard.press('Enter');
  await here.page.getByText('You are signed out of all other browsers.').waitFor();
  await here.gone('dialog');
  await here.page.reload();
  await here.page.getByRole('button', { name: 'Account: Dorothy Vaughan' }).waitFor();
  await elsewhere.page.reload();
  await elsewhere.page.getByRole('heading', { name: 'Sign in to Insitu' }).waitFor();
  await elsewhere.leave(/401/);
  await here.leave(/403/);
  await (await signIn(BETTER)).leave();
});

it('gives the organization another name by those who run it, and by nobody else', async () => {
  const member = await Visitor.come();
  await enter(member, 'Mary Jackson');
  await member.page.goto('/');
  await member.page.getByRole('button', { name: /^Switch organization/ }).click();
  await member.page.getByRole('menuitem', { name: 'Create organization' }).waitFor();
  expect(await member.page.getByRole('menuitem', { name: /Rename/ }).count()).toBe(0);
  await member.leave();

  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.getByRole('button', { name: /^Switch organization/ }).click();
  await page.getByRole('menuitem', { name: 'Rename organization…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rename organization' });
  await dialog.getByLabel('Name').fill('Birds of Acme');
  await page.keyboard.press('Enter');
  await page.getByText('The organization is now called “Birds of Acme”.').waitFor();
  await page.getByRole('button', { name: 'Switch organization: Birds of Acme' }).waitFor();
  await visitor.leave();
});

it('ends the key of another member once its name is typed', async () => {
  const { key, prefix } = await joinWithKey('Annie Easley', 'Rocket script');
  const asks = async () => (await fetch(`${ready.url}/v2/session`, { headers: { apikey: key } })).status;
  expect(await asks()).toBe(200);
  const visitor = await Visitor.come();
  const { page } = visitor;
  await visitor.signIn();
  await page.goto('/organization/api-keys');
  const row = page.getByRole('row', { name: /Rocket script.*Annie Easley/ });
  await row.getByText(`${prefix}…`).waitFor();
  await row.getByRole('button', { name: /^Revoke…/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Revoke “Rocket script”?' });
  expect(await dialog.getByRole('button', { name: 'Revoke' }).isDisabled()).toBe(true);
  await dialog.getByLabel(/to confirm/).fill('Rocket script');
  await page.keyboard.press('Enter');
  await expect.poll(() => row.count()).toBe(0);
  expect(await asks()).toBe(401);
  await page.goto('/organization/activity?kind=api_key');
  await page.getByText('revoked the API key Rocket script').waitFor();
  await visitor.leave();
});
