// The report of an import: the rows that were refused, and the notices on others.
import { organization } from '$lib/session/organization.svelte';
import { errorFromBody, networkError } from './errors';
import { reportHref } from './imports';

/** A row that was refused, or one that was imported with a notice, as the report names it. */
export type ReportedRow = {
  severity: 'refused' | 'notice';
  index: number;
  offset?: number;
  field?: string;
  code: string;
  message: string;
};

/** The first rows of a report, and whether these are all; the rest of a long one is never fetched. */
export async function firstReportedRows(
  id: string,
  most: number,
): Promise<{ rows: ReportedRow[]; isWhole: boolean }> {
  const headers: HeadersInit = organization.id ? { 'x-organization': organization.id } : {};
  const response = await fetch(reportHref(id, 'ndjson'), { headers }).catch(() =>
    Promise.reject(networkError()),
  );
  if (!response.ok) throw errorFromBody(response.status, await response.json().catch(() => null));
  const rows: ReportedRow[] = [];
  let isWhole = false;
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  while (reader && rows.length < most) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? '')).split('\n');
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines)
      if (line.trim() && rows.length < most) rows.push(JSON.parse(line) as ReportedRow);
    isWhole = done;
    if (done) break;
  }
  await reader?.cancel();
  return { rows, isWhole };
}
