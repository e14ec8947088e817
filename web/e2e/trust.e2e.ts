// A role that lets in whoever comes: said in its storage's sheet, used on the owner's word alone, and its External ID made
// anew or kept; named at a picture, which leads there, and told no more once it is mended. In both themes and both sizes accessible, inside the screen, and kept as pictures.
import { expect, it } from 'vitest';
import { assetsOf, ready, useBrowser } from './harness';
import { api, CAT } from './labeling';
import { Looking, LOOKS } from './looking';
import { ACCOUNT, corsFor, inConsole } from './sandbox';

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

it.each(LOOKS)(
  'is named at a picture, and not told any more once it is mended, in $theme at $size px',
  async (how) => {
    const suffix = `mended-${how.size}-${how.theme}-${Date.now()}`;
    const [arn, externalId] = [`arn:aws:iam::${ACCOUNT}:role/${suffix}`, `typed-${suffix}`];
    const { identity } = await api<{ identity: { principal: string } }>('GET', '/v2/hub/identity');
    const everything = [`arn:aws:s3:::${suffix}`, `arn:aws:s3:::${suffix}/*`];
    const reading = { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: everything };
    const letIn = (Condition?: object) => {
      const Statement = [
        { Effect: 'Allow', Principal: { AWS: identity.principal }, Action: 'sts:AssumeRole', Condition },
      ];
      const policies = [{ Version: '2012-10-17', Statement: [reading] }];
      return inConsole('roles', { arn, policies, trustPolicy: { Version: '2012-10-17', Statement } });
    };
    const mend = () => letIn({ StringEquals: { 'sts:ExternalId': externalId } });
    await mend();
    await inConsole('buckets', { name: suffix, region, samples: true, cors: corsFor(ready.url) });
    const place = { provider: 'AWS', region, endpoint: s3Endpoint, roleArn: arn, externalId };
    const form = { ...place, name: suffix, accessType: 'IAM_DELEGATED' };
    const { storage } = await api<{ storage: { _id: string } }>('POST', '/v2/storages', form);
    await api('POST', `/v2/storages/${storage._id}/verify`, {});
    const { project } = await api<{ project: { _id: string } }>('POST', '/v2/project', { name: suffix });
    const row = { data: `s3://${suffix}/${CAT}`, externalId: CAT, storage: storage._id };
    await api('POST', `/v2/project/${project._id}/cloud`, { assets: [row] });
    await expect.poll(async () => (await assetsOf(project._id)).length).toBe(1);
    const [asset] = await assetsOf(project._id);
    // Somebody opens the role; the test of the storage finds it, and no picture is signed any more.
    await letIn();
    await api('POST', `/v2/storages/${storage._id}/verify`, {});
    await api('POST', `/v2/storages/${storage._id}/test`, {});

    const looking = await Looking.begin(how);
    const { page } = looking.visitor;
    await looking.visitor.signIn();
    await looking.visitor.openAssets(project._id);
    await page.locator('[data-thumbnail="openRole"]').getByText('Role is open to others').waitFor();
    await page.goto(`/projects/${project._id}/assets?asset=${asset?._id}`);
    const note = page.getByRole('alert');
    await note.getByRole('heading', { name: 'Role is open to others' }).waitFor();
    await note.getByText('press Verify again').waitFor();
    expect(await note.innerText()).not.toContain('insitu ');
    await looking.at('trust-picture');
    await note.getByRole('link', { name: 'Open the storage' }).click();

    const sheet = page.getByRole('dialog', { name: suffix, exact: true });
    await sheet.getByRole('button', { name: 'Verify again' }).click();
    const shown = sheet.getByRole('region', { name: 'Trust policy' });
    await expect.poll(() => shown.first().textContent()).toContain(externalId);
    await mend();
    await sheet.getByRole('button', { name: 'Verify again' }).click();
    await sheet.getByText(/Verified$/).waitFor();
    await page.keyboard.press('Escape');
    const standing = page.getByRole('row', { name: suffix });
    await standing.getByText('Not tested since the role was verified').waitFor();
    expect(await standing.getByText('Role is open to others').count()).toBe(0);
    await looking.at('trust-mended');
    await looking.end(/status of 4\d\d/);
  },
);
