// Pictures whose size nobody brought and no header probe read: whoever shows one first tells the hub.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { assetsOf, fileNameOf, ready, useBrowser, Visitor } from './harness';
import { api, CAT, sitDown } from './labeling';

useBrowser();

const probes = (headerProbes: boolean) =>
  api('POST', `/v2/organization/${ready.organizationId}`, { headerProbes });
beforeAll(() => probes(false));
afterAll(() => probes(true));

const sizeOf = async (projectId: string) => {
  const [asset] = await assetsOf(projectId);
  return [asset?.metadata.width, asset?.metadata.height];
};

async function unmeasured(name: string): Promise<string> {
  const sample = (await assetsOf(ready.projectId)).find((asset) => fileNameOf(asset) === CAT);
  const { project } = await api<{ project: { _id: string } }>('POST', '/v2/project', {
    name: `${name} ${Date.now()}`,
  });
  const assets = [{ data: sample?.data, externalId: CAT, storage: sample?.storage }];
  await api('POST', `/v2/project/${project._id}/cloud`, { assets });
  await expect.poll(async () => (await assetsOf(project._id)).length).toBe(1);
  expect(await sizeOf(project._id)).toEqual([undefined, undefined]);
  return project._id;
}

it('are measured by who looks at one', async () => {
  const projectId = await unmeasured('Looked at');
  const visitor = await Visitor.come();
  await visitor.signIn();
  const [asset] = await assetsOf(projectId);
  await visitor.openAssets(projectId, `?asset=${asset?._id}`);
  await visitor.page.locator('[data-picture="shown"]').waitFor();
  await expect.poll(() => sizeOf(projectId)).toEqual([451, 300]);
  await visitor.leave();
});

it('are measured by who labels one', async () => {
  const projectId = await unmeasured('Labeled');
  const desk = await sitDown(projectId);
  await expect.poll(() => sizeOf(projectId)).toEqual([451, 300]);
  await desk.visitor.leave();
});
