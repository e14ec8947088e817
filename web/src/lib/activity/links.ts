// Where the thing of a record is to be seen, if it still is.
import type { AuditRecord } from '$lib/api/types';

export function linkOf({ action, subject, details }: AuditRecord): string | null {
  const [kind, id] = subject.split(':');
  const { email, import: list } = details as { email?: string; import?: string };
  if (action.endsWith('.deleted') || action === 'member.removed') return null;
  switch (kind) {
    case 'project':
      if (action.startsWith('export.')) return `/projects/${id}/export`;
      if (action.startsWith('batch.')) return `/projects/${id}/batches`;
      if (action.startsWith('import.')) return `/projects/${id}/assets${list ? `?import=${list}` : ''}`;
      return action.startsWith('project.role_') ? `/projects/${id}/members` : `/projects/${id}`;
    case 'storage':
      return '/organization/storages';
    case 'user':
    case 'invitation':
      return email ? `/organization/members?search=${encodeURIComponent(email)}` : null;
    default:
      return null;
  }
}
