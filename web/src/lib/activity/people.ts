// Whom the record can be filtered by: the members, and those who left and are named by what is on record.
import type { AuditRecord, Member, UrlRecord } from '$lib/api/types';
import { words } from '$lib/words/activity';

type Named = { name?: string | null; email?: string | null };

const labelOf = ({ name, email }: Named) => name || email || words.formerUser;

export function peopleOf(
  members: Pick<Member, '_id' | 'name' | 'email'>[],
  changes: Pick<AuditRecord, 'actor' | 'name' | 'email'>[],
  urls: Pick<UrlRecord, 'user' | 'name' | 'email'>[],
  chosen: string,
): { value: string; label: string }[] {
  const labels = new Map(members.map((member) => [member._id, labelOf(member)]));
  const add = (id: string | null | undefined, named: Named) => {
    if (id && !labels.has(id)) labels.set(id, labelOf(named));
  };
  for (const record of changes) add(record.actor, record);
  for (const record of urls) add(record.user, record);
  add(chosen, {});
  return [...labels].map(([value, label]) => ({ value, label }));
}
