// What the Activity page asks for, kept in its address: which record, who, what kind, about what, from when to when.
import type { ChangeFilter, UrlFilter } from '$lib/api/activity';

export type View = 'changes' | 'urls';

export type Question = {
  view: View;
  /** The id of a user. */
  person: string;
  kind: string;
  /** Such as `project:ID`. */
  subject: string;
  project: string;
  /** Its ID, or what lists call it. */
  asset: string;
  /** What URLs were for. */
  purpose: string;
  /** The IP address that they were handed to. */
  address: string;
  /** Days such as 2026-01-31, both included, where the reader is. */
  from: string;
  to: string;
};

type Name = Exclude<keyof Question, 'view'>;
const OF_VIEW: Record<View, readonly Name[]> = {
  changes: ['person', 'kind', 'subject', 'from', 'to'],
  urls: ['person', 'project', 'purpose', 'asset', 'address', 'from', 'to'],
};
export const ASSET_ID = /^[0-9a-f]{24}$/;
const IPV4 = /^(\d{1,3}\.){3}\d{1,3}$/;
const IPV6 = /^[0-9a-f:.]*:[0-9a-f:.]*$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function readQuestion(query: URLSearchParams): Question {
  const text = (name: string) => query.get(name) ?? '';
  const day = (name: string) => (DAY.test(text(name)) ? text(name) : '');
  return {
    view: text('view') === 'urls' ? 'urls' : 'changes',
    person: text('person'),
    kind: text('kind'),
    subject: text('subject'),
    project: text('project'),
    asset: text('asset'),
    purpose: text('purpose'),
    address: text('address'),
    from: day('from'),
    to: day('to'),
  };
}

/** What one record cannot be asked by is left out with the defaults. */
export function writeQuestion(question: Question): URLSearchParams {
  const query = new URLSearchParams();
  if (question.view === 'urls') query.set('view', 'urls');
  for (const name of OF_VIEW[question.view]) if (question[name]) query.set(name, question[name]);
  return query;
}

/** Looks like an IP address; whether it is one the hub says. */
export const isAddress = (text: string) => IPV4.test(text) || IPV6.test(text);

export function isFiltered(question: Question): boolean {
  return OF_VIEW[question.view].some((name) => question[name] !== '');
}

/** The first moment of a day, and with `after` that of the next one. */
function moment(day: string, after = 0): string | undefined {
  if (!day) return undefined;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const at = new Date(year, month - 1, date + after);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

const given = (value: string) => value || undefined;

export function changeFilter({ person, kind, subject, from, to }: Question): ChangeFilter {
  return {
    actor: given(person),
    action: given(kind),
    subject: given(subject),
    from: moment(from),
    to: moment(to, 1),
  };
}

export function urlFilter({ person, project, asset, purpose, address, from, to }: Question): UrlFilter {
  const isId = ASSET_ID.test(asset);
  return {
    user: given(person),
    project: given(project),
    asset: isId ? asset : undefined,
    externalId: isId ? undefined : given(asset),
    purpose: given(purpose),
    address: given(address),
    from: moment(from),
    to: moment(to, 1),
  };
}
