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

export async function addStorage(form: StorageForm): Promise<Storage> {
  return (await answer(hub.POST('/v2/storages', { body: form }))).storage;
}
