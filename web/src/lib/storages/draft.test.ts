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
