// What is known of the buckets of a storage: which answered, and which nobody but a list has ever named.
import { expect, it } from 'vitest';
import { ready, useBrowser, Visitor } from './harness';

useBrowser();

it('say which buckets answered, and which are only named in lists or are not there', async () => {
  const visitor = await Visitor.come();
  const { page } = visitor;
  const name = `Mistyped ${Date.now()}`;
  const post = async (path: string, body: object) => {
    const made = await fetch(`${ready.url}${path}`, {
      method: 'POST',
      headers: { apikey: ready.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: made.status, body: (await made.json()) as { data: { storage: { _id: string } } } };
  };
  const { region, s3Endpoint, accessKeyId, secretAccessKey, bucket } = ready.sandbox;
  const access = { region, endpoint: s3Endpoint, publicKey: accessKeyId, privateKey: secretAccessKey };
  const made = await post('/v2/storages', { provider: 'AWS', name, accessType: 'IAM_USER', ...access });
  const storage = made.body.data.storage._id;
  const assets = [bucket, 'not-looked-at', 'bucket-name'].map((place) => {
    return { data: `s3://${place}/a.jpg`, storage, width: 1, height: 1 };
  });
  expect((await post(`/v2/project/${ready.projectId}/cloud`, { assets })).status).toBe(201);
  await visitor.signIn();
  await page.goto('/organization/storages');
  const row = page.getByRole('row', { name: new RegExp(name) });
  await row.getByText(`Named in lists: bucket-name, ${bucket}, not-looked-at`).waitFor();
  for (const [place, status] of [
    [bucket, 200],
    ['bucket-name', 400],
  ] as const) {
    expect((await post('/v2/file-explorer', { bucket: place, storageId: storage })).status).toBe(status);
  }
  await page.reload();
  await row.getByText('No such bucket: bucket-name').waitFor();
  await row.getByText('Named in lists: not-looked-at').waitFor();
  await row.getByText(bucket, { exact: true }).waitFor();
  await visitor.screenshot('storages-buckets');
  await page.getByRole('button', { name, exact: true }).click();
  const sheet = page.getByRole('dialog', { name, exact: true });
  await sheet.locator('dt', { hasText: 'No such bucket' }).waitFor();
  await visitor.screenshot('storages-buckets-sheet');
  expect(await visitor.axe()).toEqual([]);
  await visitor.leave();
});
