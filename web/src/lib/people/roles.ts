// The roles as choices, from the highest to the lowest, and who may give which.
import type { OrganizationRole, ProjectRole } from '$lib/api/types';
import { words } from '$lib/words/people';

export const PROJECT_ROLES: ProjectRole[] = ['Manager', 'Lead', 'Reviewer', 'Labeler'];

/** The roles that somebody with `own` may give: none above their own. */
export function rolesUpTo(own: ProjectRole | ''): ProjectRole[] {
  const at = PROJECT_ROLES.findIndex((role) => role === own);
  return at < 0 ? [] : PROJECT_ROLES.slice(at);
}

export const projectRoleOptions = (roles = PROJECT_ROLES) =>
  roles.map((value) => ({ value, ...words.projectRoles[value] }));

export const organizationRoleOptions = () =>
  (['member', 'admin'] as const).map((value) => ({ value, ...words.organizationRoles[value] }));

/** Why somebody's role in the organization stays as it is; nothing where it can be changed. */
export function whyFixed(
  person: { _id: string; organizationRole: OrganizationRole },
  me: string,
): string | null {
  if (person.organizationRole === 'owner') return words.ownerIsFixed;
  return person._id === me ? words.notOneself : null;
}

/** The addresses in a text, and the first piece that is none. */
export function readEmails(text: string): { emails: string[]; wrong: string | null } {
  const pieces = text.split(/[\s,;]+/).filter(Boolean);
  const wrong = pieces.find((piece) => !/^[^@<>"]+@[^@<>"]+\.[^@<>".]+$/.test(piece)) ?? null;
  const seen = new Map(pieces.map((piece) => [piece.toLowerCase(), piece]));
  return { emails: [...seen.values()], wrong };
}
