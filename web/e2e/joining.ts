// People who were invited by the API and came: as somebody that others see, or in a browser of their own.
import { expect } from 'vitest';
import { ready, type Visitor } from './harness';
import { api } from './labeling';

export type ProjectRole = 'Manager' | 'Lead' | 'Reviewer' | 'Labeler';
export type Assignment = { projectId: string; projectRole: ProjectRole };

const INVITES = `/v2/organization/${ready.organizationId}/invites`;
export const PASSWORD = 'a long enough password';
let people = 0;

/** An invitation into the organization, as a member: the address it is for, its page, and the address that accepts it. */
async function invited(name: string, projectAssignments: Assignment[]) {
  const email = `${name.toLowerCase().replace(/\W+/g, '-')}-${Date.now()}-${people++}@insitu.test`;
  const body = { to: [email], organizationRole: 'member', projectAssignments };
  const made = await api<{ invites: { link: string }[] }>('POST', INVITES, body);
  const token = made.invites[0]?.link.split('/').at(-1) ?? '';
  return { email, page: `/invitation/${token}`, accepts: `/v2/invitations/${token}/accept` };
}

/** Somebody who was invited by the API and came; answers with their e-mail address. */
export async function joined(name: string, projectAssignments: Assignment[] = []): Promise<string> {
  return (await accepted(name, projectAssignments)).email;
}

/** The page of an invitation that was accepted. */
export async function usedInvitation(name: string): Promise<string> {
  return (await accepted(name, [])).page;
}

async function accepted(name: string, projectAssignments: Assignment[]) {
  const { accepts, ...invitation } = await invited(name, projectAssignments);
  const response = await fetch(ready.url + accepts, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password: PASSWORD }),
  });
  expect(response.ok).toBe(true);
  return invitation;
}

/** Makes the visitor somebody with these roles, who has just joined. */
export async function enter(visitor: Visitor, name: string, projectAssignments: Assignment[] = []) {
  const { accepts } = await invited(name, projectAssignments);
  const response = await visitor.context.request.post(accepts, {
    headers: { origin: ready.url },
    data: { name, password: PASSWORD },
  });
  expect(response.status(), await response.text()).toBe(200);
}
