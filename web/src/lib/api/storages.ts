// Questions to the hub about storages: what to set up in AWS, and connecting one.
import { answer, hub } from './client';
import type { SetupDocuments, Storage, StorageForm } from './types';

export type AccessType = 'IAM_USER' | 'IAM_DELEGATED';

/** What the documents to paste are made for. */
export type SetupQuestion = {
  accessType: AccessType;
  buckets: string[];
  prefixes: string[];
  region: string;
  roleArn: string;
  externalId: string;
};

export function getSetup(question: SetupQuestion): Promise<SetupDocuments> {
  const query = {
    accessType: question.accessType,
    buckets: question.buckets.join(',') || undefined,
    prefixes: question.prefixes.join(',') || undefined,
    region: question.region || undefined,
    roleArn: question.roleArn || undefined,
    externalId: question.accessType === 'IAM_DELEGATED' ? question.externalId || undefined : undefined,
  };
  return answer(hub.GET('/v2/storages/setup', { params: { query } }));
}

/** An external ID that nobody else has or gets, before the role exists that demands it. */
export async function makeExternalId(): Promise<string> {
  return (await answer(hub.POST('/v2/storages/externalId'))).externalId;
}

/** The projects whose assets a storage opens, those with most first. */
export function listStorageProjects(id: string, most: number) {
  const params = { path: { id }, query: { limit: most } };
  return answer(hub.GET('/v2/storages/{id}/projects', { params }));
}

export async function addStorage(form: StorageForm): Promise<Storage> {
  return (await answer(hub.POST('/v2/storages', { body: form }))).storage;
}

/** Changes what `change` names; the rest stays. */
export async function changeStorage(id: string, change: Partial<StorageForm>): Promise<Storage> {
  const params = { path: { id } };
  return (await answer(hub.POST('/v2/storages/{id}', { params, body: change }))).storage;
}

/** Tries the role now; with the trust policy that it should have. */
export function verifyStorage(id: string) {
  return answer(hub.POST('/v2/storages/{id}/verify', { params: { path: { id } } }));
}

/** Makes another external ID, which takes the present one's place once the role demands it. */
export function rotateExternalId(id: string) {
  return answer(hub.POST('/v2/storages/{id}/externalId/rotate', { params: { path: { id } } }));
}

/** Takes back that another external ID is to take the place of the present one. */
export function keepExternalId(id: string) {
  return answer(hub.DELETE('/v2/storages/{id}/externalId/rotate', { params: { path: { id } } }));
}

/** Uses a storage on the owner's word, though its role is open to others; or no longer. */
export async function overrideVerification(id: string, isOn: boolean): Promise<void> {
  const [path, params] = ['/v2/storages/{id}/verification/override', { path: { id } }] as const;
  await (isOn ? answer(hub.POST(path, { params })) : answer(hub.DELETE(path, { params })));
}

export async function replaceKeys(id: string, publicKey: string, privateKey: string): Promise<Storage> {
  const body = { publicKey, privateKey };
  return (await answer(hub.POST('/v2/storages/{id}/rotate', { params: { path: { id } }, body }))).storage;
}

/** `force` takes it from assets that use it: they stay, and cannot be opened any more. */
export function deleteStorage(id: string, force: boolean) {
  return answer(hub.DELETE('/v2/storages/{id}', { params: { path: { id }, query: { force } } }));
}
