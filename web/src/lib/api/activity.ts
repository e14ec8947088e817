// Questions to the hub about what was done, and who was handed which URL; both newest first, page by page.
import { answer, hub } from './client';

const PER_PAGE = 50;

export type ChangeFilter = {
  actor?: string;
  /** Actions or families of them, with commas between them. */
  action?: string;
  subject?: string;
  from?: string;
  to?: string;
};

export type UrlFilter = {
  user?: string;
  project?: string;
  asset?: string;
  externalId?: string;
  purpose?: string;
  address?: string;
  from?: string;
  to?: string;
};

export function listChanges(organization: string, filter: ChangeFilter, before: string | undefined) {
  const query = { ...filter, before, limit: PER_PAGE };
  return answer(
    hub.GET('/v2/organization/{organization}/auditRecords', { params: { path: { organization }, query } }),
  );
}

export async function listProjectChanges(project: string, limit: number) {
  const params = { path: { project }, query: { limit } };
  return (await answer(hub.GET('/v2/project/{project}/auditRecords', { params }))).records;
}

export function listSignedUrls(organization: string, filter: UrlFilter, before: string | undefined) {
  const query = { ...filter, before, limit: PER_PAGE };
  return answer(
    hub.GET('/v2/organization/{organization}/urlRecords', { params: { path: { organization }, query } }),
  );
}

/** The address of everything that matches, as a file. */
export function fileHref(
  organization: string,
  record: 'auditRecords' | 'urlRecords',
  filter: ChangeFilter | UrlFilter,
  format: 'csv' | 'ndjson',
): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(filter)) if (value) query.set(name, value);
  return `/v2/organization/${organization}/${record}/file?${query}`;
}
