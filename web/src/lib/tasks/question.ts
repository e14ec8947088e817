// What the Tasks tab asks for, kept in the address of the page: filters and the page number.
import type { Stage, TaskQuestion } from '$lib/api/tasks';
import { STAGES } from './stages';

export const TASKS_PER_PAGE = 50;

export type Question = {
  stage: Stage | '';
  /** An e-mail address; `-` is nobody. */
  assignee: string;
  batches: string[];
  externalId: string;
  page: number;
};

export const NOBODY = '-';

export function readQuestion(query: URLSearchParams): Question {
  const stage = query.get('stage') as Stage;
  const page = Number(query.get('page') ?? 1);
  return {
    stage: STAGES.includes(stage) ? stage : '',
    assignee: query.get('assignee') ?? '',
    batches: query.getAll('batch'),
    externalId: query.get('externalId') ?? '',
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** Writes a question into a query, leaving out what is the default. */
export function writeQuestion(question: Question): URLSearchParams {
  const next = new URLSearchParams();
  if (question.stage) next.set('stage', question.stage);
  if (question.assignee) next.set('assignee', question.assignee);
  for (const batch of question.batches) next.append('batch', batch);
  if (question.externalId) next.set('externalId', question.externalId);
  if (question.page > 1) next.set('page', String(question.page));
  return next;
}

/** The question as the hub takes it. */
export function asked(question: Question): TaskQuestion {
  const { stage, assignee, batches, externalId, page } = question;
  return {
    page,
    limit: TASKS_PER_PAGE,
    ...(stage ? { stage } : {}),
    ...(assignee ? { assignee: assignee === NOBODY ? '' : assignee } : {}),
    ...(batches.length ? { batches } : {}),
    ...(externalId ? { externalId } : {}),
  };
}

export function isFiltered({ stage, assignee, batches, externalId }: Question): boolean {
  return Boolean(stage || assignee || batches.length || externalId);
}
