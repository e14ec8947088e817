// Questions to the hub about who belongs to an organization, who is invited, and what somebody is in a project.
import { words } from '$lib/words/people';
import { answer, hub } from './client';
import { ApiError } from './errors';
import { PEOPLE_PER_PAGE } from './projectPeople';
import type { OrganizationRole, ProjectRole } from './types';

export type Assignment = { projectId: string; projectRole: ProjectRole };

type Result = { email: string; status: string };

/** What is asked of many is answered for each: the first refusal becomes the error that it is. */
function refuse(results: Result[], done: string) {
  const refused = results.find(({ status }) => status !== done);
  if (!refused) return;
  const text = words.refusals[refused.status] ?? words.refused;
  throw new ApiError(409, refused.status, `${refused.email}: ${text}`);
}

export function findMembers(organization: string, question: { page: number; search: string }) {
  const query = { ...question, limit: PEOPLE_PER_PAGE, projects: true };
  return answer(
    hub.GET('/v2/organization/{organization}/users', { params: { path: { organization }, query } }),
  );
}

export async function changeOrganizationRole(
  organization: string,
  email: string,
  organizationRole: OrganizationRole,
) {
  const params = { path: { organization } };
  const body = { users: [{ email, organizationRole }] };
  const { users } = await answer(hub.POST('/v2/organization/{organization}/users', { params, body }));
  refuse(users.results, 'updated');
}

export async function removeMember(organization: string, email: string) {
  const params = { path: { organization } };
  const removed = await answer(
    hub.DELETE('/v2/organization/{organization}/users', { params, body: { users: [email] } }),
  );
  refuse(removed.results, 'deleted');
}

export async function listInvitations(organization: string) {
  const params = { path: { organization }, query: { status: 'pending' } };
  return (await answer(hub.GET('/v2/organization/{organization}/invites', { params }))).invites;
}

export async function invite(
  organization: string,
  invitation: { to: string[]; organizationRole: OrganizationRole; projectAssignments: Assignment[] },
) {
  const params = { path: { organization } };
  return (await answer(hub.POST('/v2/organization/{organization}/invites', { params, body: invitation })))
    .invites;
}

export function withdrawInvitation(organization: string, email: string) {
  const params = { path: { organization } };
  return answer(
    hub.DELETE('/v2/organization/{organization}/invites', { params, body: { invites: [email] } }),
  );
}

export async function giveProjectRole(project: string, emails: string[], role: ProjectRole) {
  const params = { path: { project } };
  const body = { assignees: emails, role };
  const { assignees } = await answer(hub.POST('/v2/project/{project}/assigned', { params, body }));
  refuse(assignees.results, 'updated');
}

export async function takeProjectRole(project: string, email: string) {
  const params = { path: { project } };
  const body = { assignees: [email] };
  const { assignees } = await answer(hub.DELETE('/v2/project/{project}/assigned', { params, body }));
  refuse(assignees.results, 'updated');
}
