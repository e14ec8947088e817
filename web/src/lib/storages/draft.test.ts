import { expect, it } from 'vitest';
import { ApiError } from '$lib/api/errors';
import { Draft } from './draft.svelte';

const refusal = (...fields: string[]) =>
  new ApiError(400, 'storage.invalid', 'It cannot be saved.', {
    fields: fields.map((field) => ({ field, message: `${field} is wrong` })),
  });

it('says what is wrong with a field until that field is changed', () => {
  const draft = new Draft('IAM_USER');
  draft.name = 'Street scenes';
  expect(draft.refused(refusal('name', 'publicKey'))).toBe(true);
  expect(draft.problems).toEqual({ name: 'name is wrong', publicKey: 'publicKey is wrong' });
  draft.name = 'Street scenes 2';
  expect(draft.problems).toEqual({ publicKey: 'publicKey is wrong' });
  expect(draft.refused(new ApiError(500, 'x', 'No.'))).toBe(false);
  expect(draft.problems).toEqual({});
});

it('takes a name that is taken for what is wrong with the name', () => {
  const draft = new Draft('IAM_USER');
  draft.refused(new ApiError(409, 'storage.already_exists', 'There is one.'));
  expect(draft.problems).toEqual({ name: 'There is one.' });
});

it('knows AWS’s regions, and takes any of a server of one’s own', () => {
  const draft = new Draft('IAM_USER');
  draft.region = 'frank';
  expect(draft.check()).toBe(true);
  expect(Object.keys(draft.problems)).toEqual(['region']);
  draft.region = 'eu-central-1';
  expect(draft.check()).toBe(false);
  [draft.region, draft.provider] = ['garage', 'compatible'];
  expect(draft.check()).toBe(false);
});

it('names the region that would be taken, the usual one of the provider, and none is left out', () => {
  const draft = new Draft('IAM_USER');
  expect(draft.body()).toMatchObject({ region: 'eu-central-1' });
  expect(draft.isFilled).toBe(false);
  draft.choose('compatible');
  expect([draft.region, draft.isFilled]).toEqual(['us-east-1', false]);
  draft.region = 'garage';
  draft.choose('aws');
  expect([draft.region, draft.isFilled]).toEqual(['garage', true]);
  for (const provider of ['aws', 'compatible'] as const) {
    [draft.region, draft.provider] = [' ', provider];
    expect(draft.check()).toBe(true);
    expect(draft.problems).toEqual({ region: 'Say in which region your buckets are.' });
  }
});

it('says in words for people what the hub says to those who write to it', () => {
  const draft = new Draft('IAM_DELEGATED');
  const message = 'Ask the hub for another (POST /v2/storages/externalId).';
  const fields = [{ field: 'externalId', code: 'external_id.already_exists', message }];
  expect(draft.refused(new ApiError(409, 'external_id.already_exists', message, { fields }))).toBe(true);
  expect(draft.problems.externalId).toContain('Use one that this hub makes.');
  expect(draft.refused(new ApiError(409, 'storage.role_of_another', message))).toBe(true);
  expect(Object.keys(draft.problems)).toEqual(['roleArn']);
  expect(draft.problems.roleArn).not.toContain('POST');
});

it('is tested alike whatever its name is, and otherwise once anything else of it changes', () => {
  const draft = new Draft('IAM_USER');
  const before = draft.tested;
  draft.name = 'Street scenes';
  expect(draft.tested).toBe(before);
  draft.accessType = 'IAM_DELEGATED';
  expect(draft.tested).not.toBe(before);
  draft.accessType = 'IAM_USER';
  expect(draft.tested).toBe(before);
  draft.buckets = ['one'];
  expect(draft.tested).not.toBe(before);
});

it('is filled once something was typed that would be a pity to lose', () => {
  const draft = new Draft('IAM_DELEGATED');
  draft.externalId = 'made-by-the-hub';
  expect(draft.isFilled).toBe(false);
  draft.buckets = ['one'];
  expect(draft.isFilled).toBe(true);
});

it('comes again as it was typed, without the secret', () => {
  const draft = new Draft('IAM_DELEGATED');
  Object.assign(draft, { name: 'Street scenes', externalId: 'made-by-the-hub', privateKey: 'secret' });
  draft.buckets = ['one', 'two'];
  const kept = JSON.stringify(draft.kept);
  expect(kept).not.toContain('secret');
  const again = Draft.again(JSON.parse(kept) as Draft);
  expect(again.body()).toEqual(draft.body());
  expect([...again.buckets]).toEqual(['one', 'two']);
});
