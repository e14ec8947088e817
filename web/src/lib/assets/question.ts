// What the Assets tab asks for, kept in the address of the page: filters, sort, view. Links and reloads keep it.
import type { AnswerCondition, AssetFilters, AssetSort } from '$lib/api/assets';
import type { ReviewStatus, Stage } from '$lib/api/tasks';
import { STAGES } from '$lib/tasks/stages';

export type View = 'grid' | 'table';

export const STATUSES = ['ToDo', 'InProgress', 'Labeled', 'Reviewed'] as const;
export type Status = (typeof STATUSES)[number];
export const REVIEWS: ReviewStatus[] = ['Todo', 'Accepted', 'Rejected', 'Fixed'];

export type Question = {
  /** How the External ID begins. */
  externalId: string;
  batches: string[];
  storage: string;
  /** Those that came with labels, or those that did not; empty: both. */
  labels: '' | 'with' | 'without';
  stage: Stage | '';
  status: Status | '';
  review: ReviewStatus | '';
  /** An e-mail address; `-` is nobody. */
  assignee: string;
  /** Days such as 2026-01-31, both included, where the reader is. */
  importedFrom: string;
  importedTo: string;
  completedFrom: string;
  completedTo: string;
  /** All of them have to be true. */
  answers: AnswerCondition[];
  deleted: boolean;
  sort: AssetSort;
};

export const NOBODY = '-';
/** Of the filter by storage: what none of them opens, public addresses and the hub's own files. */
export const NO_STORAGE = 'public';

/** The most conditions that the hub takes. */
export const ANSWERS_AT_ONCE = 20;

const SORTS: AssetSort[] = [
  '-createdAt',
  'createdAt',
  'externalId',
  '-externalId',
  '-completedAt',
  'completedAt',
  '-duration',
  'duration',
];
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TEXTS = ['externalId', 'storage', 'labels', 'stage', 'status', 'review', 'assignee'] as const;
const DAYS = ['importedFrom', 'importedTo', 'completedFrom', 'completedTo'] as const;

/** One of the words, or nothing. */
function word<Word extends string>(text: string | null, words: readonly Word[]): Word | '' {
  return words.find((known) => known === text) ?? '';
}

/** `class`, `question:option`, and with `:not` behind them their absence. */
function readAnswer(text: string): AnswerCondition[] {
  try {
    const [schemaId, option, not] = text.split(':').map(decodeURIComponent);
    if (!schemaId) return [];
    return [{ schemaId, ...(option ? { option } : {}), exists: not !== 'not' }];
  } catch {
    return [];
  }
}

/** Of each answer what was said last: it is there or it is not. */
function lastOfEach(conditions: AnswerCondition[]): AnswerCondition[] {
  const last = new Map(conditions.map((one) => [JSON.stringify([one.schemaId, one.option]), one]));
  return [...last.values()];
}

function writeAnswer({ schemaId, option = '', exists }: AnswerCondition): string {
  const parts = exists && !option ? [schemaId] : exists ? [schemaId, option] : [schemaId, option, 'not'];
  return parts.map(encodeURIComponent).join(':');
}

export function readQuestion(query: URLSearchParams): Question {
  const text = (name: string) => query.get(name) ?? '';
  const day = (name: string) => (DAY.test(text(name)) ? text(name) : '');
  return {
    externalId: text('externalId'),
    batches: query.getAll('batch'),
    storage: text('storage'),
    labels: word(query.get('labels'), ['with', 'without']),
    stage: word(query.get('stage'), STAGES),
    status: word(query.get('status'), STATUSES),
    review: word(query.get('review'), REVIEWS),
    assignee: text('assignee'),
    importedFrom: day('importedFrom'),
    importedTo: day('importedTo'),
    completedFrom: day('completedFrom'),
    completedTo: day('completedTo'),
    answers: lastOfEach(query.getAll('answer').flatMap(readAnswer)).slice(0, ANSWERS_AT_ONCE),
    deleted: text('state') === 'deleted',
    sort: word(query.get('sort'), SORTS) || '-createdAt',
  };
}

/** Nothing is asked for; the sort stays as it is. */
export const NO_FILTERS: Partial<Question> = {
  ...readQuestion(new URLSearchParams()),
  sort: undefined,
};
delete NO_FILTERS.sort;

/** Writes a question into a query, leaving out what is the default and keeping what is not its business. */
export function writeQuestion(query: URLSearchParams, question: Question): URLSearchParams {
  const next = new URLSearchParams(query);
  for (const name of [...TEXTS, ...DAYS, 'batch', 'answer', 'state', 'sort']) next.delete(name);
  if (question.externalId) next.set('externalId', question.externalId);
  for (const batch of question.batches) next.append('batch', batch);
  for (const name of [...TEXTS, ...DAYS]) if (question[name]) next.set(name, question[name]);
  for (const condition of question.answers) next.append('answer', writeAnswer(condition));
  if (question.deleted) next.set('state', 'deleted');
  if (question.sort !== '-createdAt') next.set('sort', question.sort);
  return next;
}

/** When a day begins where the reader is, or the day after it. */
function midnight(day: string, later = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

function times(from: string, to: string): AssetFilters['createdAt'] {
  if (!from && !to) return undefined;
  return { ...(from ? { $gte: midnight(from) } : {}), ...(to ? { $lt: midnight(to, 1) } : {}) };
}

/** The filters as the hub takes them. */
export function filtersOf(question: Question): AssetFilters {
  const asked: AssetFilters = {
    externalIdPrefix: question.externalId || undefined,
    batches: question.batches.length ? question.batches : undefined,
    storage: question.storage || undefined,
    isPreLabeled: question.labels ? question.labels === 'with' : undefined,
    stage: question.stage || undefined,
    status: question.status || undefined,
    reviewStatus: question.review || undefined,
    assignee: question.assignee === NOBODY ? 'nobody' : question.assignee || undefined,
    createdAt: times(question.importedFrom, question.importedTo),
    completedAt: times(question.completedFrom, question.completedTo),
    answers: question.answers.length ? question.answers : undefined,
    state: question.deleted ? 'deleted' : undefined,
  };
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

/** Of what is complete the hub knows when it was and how long it took; in these orders it lists nothing else. */
export const isOfComplete = (sort: AssetSort) => /completedAt|duration/.test(sort);

/** A question changed. Where only what is complete is listed, the filter says so, and goes with the order. */
export function changed(question: Question, change: Partial<Question>): Question {
  const next = { ...question, ...change };
  if (!isOfComplete(next.sort)) return next;
  if (change.sort) return { ...next, stage: 'Complete' };
  return next.stage === 'Complete' ? next : { ...next, sort: '-createdAt' };
}

/** Whether anything narrows the list down. */
export function isFiltered(question: Question): boolean {
  return Object.keys(filtersOf(question)).length > 0;
}
