// The pages of the organization, and which of them are there for whom.
import { m } from '$lib/messages';
import type { Here } from '$lib/session/session.svelte';

type Standing = Pick<Here, 'administers'>;

const ALL = [
  { href: '/organization/members', label: m.organization.members, needs: 'administers' },
  { href: '/organization/storages', label: m.organization.storages, needs: 'imports' },
  { href: '/organization/api-keys', label: m.organization.apiKeys, needs: null },
  { href: '/organization/activity', label: m.organization.activity, needs: 'administers' },
] as const;

export type OrganizationTab = (typeof ALL)[number];

/** `imports`: whether they manage a project, and so may import into it. */
export function tabsFor({ administers }: Standing, imports: boolean): OrganizationTab[] {
  return ALL.filter(({ needs }) => needs === null || administers || (needs === 'imports' && imports));
}
