// A role that lets in whoever comes: said in its storage's sheet, used on the owner's word alone, and its External ID made
// anew or kept. In both themes and both sizes accessible, inside the screen, and kept as pictures.
import { expect, it } from 'vitest';
import { ready, useBrowser } from './harness';
import { api } from './labeling';
import { Looking, LOOKS } from './looking';
import { ACCOUNT, inConsole } from './sandbox';

useBrowser();

const { region, s3Endpoint } = ready.sandbox;

it.each(LOOKS)('is the owner’s to answer for, in $theme at $size px', async (how) => {
  const suffix = `open-${how.size}-${how.theme}-${Date.now()}`;
  const arn = `arn:aws:iam::${ACCOUNT}:role/${suffix}`;
  const { identity } = await api<{ identity: { principal: string } }>('GET', '/v2/hub/identity');
  const statement = { Effect: 'Allow', Principal: { AWS: identity.principal }, Action: 'sts:AssumeRole' };
  await inConsole('roles', { arn, trustPolicy: { Version: '2012-10-17', Statement: [statement] } });
  await api('POST', '/v2/storages', {
    provider: 'AWS',
    name: suffix,
    accessType: 'IAM_DELEGATED',
    region,
    endpoint: s3Endpoint,
    roleArn: arn,
    externalId: `typed-${suffix}`,
  });

  const looking = await Looking.begin(how);
  const { page } = looking.visitor;
  await looking.visitor.signIn();
  await page.goto('/organization/storages');
  await page.getByRole('button', { name: suffix, exact: true }).click();
  const sheet = page.getByRole('dialog', { name: suffix, exact: true });
  await sheet.getByText(/Not verified$/).waitFor();
  await sheet.getByRole('button', { name: 'Verify again' }).click();
  await sheet.getByRole('region', { name: 'Trust policy' }).first().waitFor();
  await looking.at('trust-unverified');

  await sheet.getByRole('button', { name: 'Use it all the same' }).click();
  const asked = page.getByRole('dialog', { name: `Use ${suffix} although its role is open?` });
  await asked.waitFor();
  await looking.at('trust-override');
  await asked.getByRole('button', { name: 'Use it all the same' }).click();
  await sheet.getByText('Not verified, used all the same').waitFor();
  await sheet.getByRole('button', { name: 'Take that back' }).click();
  await sheet.getByText(/Not verified$/).waitFor();
  // Both ways can be undone from their messages, which the keyboard reaches out of the sheet.
  await page.getByText(`${suffix} is used again once its role is verified.`).waitFor();
  await page.keyboard.press('F8');
  await page.keyboard.press('Enter');
  await sheet.getByText('Not verified, used all the same').waitFor();
  await sheet.getByRole('button', { name: 'Take that back' }).click();
  await sheet.getByText(/Not verified$/).waitFor();

  await sheet.getByRole('button', { name: 'Make another External ID' }).click();
  await sheet.getByText('Next External ID').waitFor();
  await looking.at('trust-next-id');
  await sheet.getByRole('button', { name: 'Keep the present one' }).click();
  await expect.poll(() => sheet.getByText('Next External ID').count()).toBe(0);
  await looking.end(/status of 4\d\d/);
});
