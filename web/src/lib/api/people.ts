// Questions to the hub about who is here: set-up, sessions, organizations, members, invitations, API keys.
import { answer, hub } from './client';
import type { Session } from './types';

export async function setupRequired(): Promise<boolean> {
  return (await answer(hub.GET('/v2/setup'))).required;
}

export function setUp(first: { organization: string; name: string; email: string; password: string }) {
  return answer(hub.POST('/v2/setup', { body: first }));
}

export function getSession(): Promise<Session> {
  return answer(hub.GET('/v2/session'));
}

export function signIn(email: string, password: string): Promise<Session> {
  return answer(hub.POST('/v2/session', { body: { email, password } }));
}

export function signInByLink(token: string): Promise<Session> {
  return answer(hub.POST('/v2/session/link', { body: { token } }));
}

export function signOut() {
  return answer(hub.DELETE('/v2/session'));
}

export type OwnChange = { name?: string; password?: string; currentPassword?: string };

export function changeOwn(change: OwnChange): Promise<Session> {
  return answer(hub.POST('/v2/session/user', { body: change }));
}

export async function renameOrganization(id: string, name: string) {
  const params = { path: { organization: id } };
  return (await answer(hub.POST('/v2/organization/{organization}', { params, body: { name } }))).organization;
}

export async function createOrganization(name: string) {
  return (await answer(hub.POST('/v2/organization', { body: { name } }))).organization;
}

export async function getInvitation(token: string) {
  return (await answer(hub.GET('/v2/invitations/{token}', { params: { path: { token } } }))).invitation;
}

export function acceptInvitation(
  token: string,
  account: { name?: string; password?: string },
): Promise<Session> {
  return answer(hub.POST('/v2/invitations/{token}/accept', { params: { path: { token } }, body: account }));
}

export async function listMembers(organizationId: string) {
  const params = { path: { organization: organizationId }, query: { page: 1, limit: 1000 } };
  return (await answer(hub.GET('/v2/organization/{organization}/users', { params }))).users;
}

export async function listApiKeys() {
  return (await answer(hub.GET('/v2/apiKeys'))).apiKeys;
}

export async function createApiKey(name: string) {
  return (await answer(hub.POST('/v2/apiKeys', { body: { name } }))).apiKey;
}

export function revokeApiKey(id: string) {
  return answer(hub.DELETE('/v2/apiKeys/{id}', { params: { path: { id } } }));
}

export const KEYS_PER_PAGE = 50;

/** The keys of the organization's other members. */
export function listMemberKeys(organizationId: string, page: number) {
  const params = { path: { organization: organizationId }, query: { page, limit: KEYS_PER_PAGE } };
  return answer(hub.GET('/v2/organization/{organization}/apiKeys', { params }));
}

export function revokeMemberKey(organizationId: string, id: string) {
  const params = { path: { organization: organizationId, id } };
  return answer(hub.DELETE('/v2/organization/{organization}/apiKeys/{id}', { params }));
}
