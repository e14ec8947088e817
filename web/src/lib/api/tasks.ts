// Questions to the hub about tasks: lists, the next one, saving, submitting, review, and what a manager does to many.
import { ask } from './ask';
import type { SignedUrl } from './types';

export type Stage = 'Label' | 'Review' | 'Complete';
export type ReviewStatus = 'Todo' | 'Accepted' | 'Rejected' | 'Fixed';

/** What was labeled. Only what the interface reads is named; everything else is kept as it came. */
export type Answer = {
  tools: Record<string, unknown>[];
  classifications: Record<string, unknown>[];
  relations: Record<string, unknown>[];
  [other: string]: unknown;
};

export type TaskAsset = {
  _id: string;
  externalId: string | null;
  data: string;
  storage: string | null;
  metadata?: { width?: number; height?: number; [other: string]: unknown };
  contextData?: unknown;
  dataset?: string[] | null;
};

export type Task = {
  _id: string;
  project: string;
  asset: TaskAsset;
  stage: Stage;
  reviewStatus: ReviewStatus;
  assignee: string | null;
  externalId: string | null;
  batches: string[];
  priority: number;
  isDraft: boolean;
  isSkipped: boolean;
  isPreLabeled: boolean;
  updatedAt: string | null;
  updatedBy: string | null;
  createdAt: string;
  revision: number;
  answer?: Answer;
};

export type Counts = {
  counts: Record<Stage, number>;
  mine: { Label: number; Review: number };
};

export type TaskQuestion = {
  page: number;
  limit: number;
  stage?: Stage;
  assignee?: string;
  batches?: string[];
  externalId?: string;
};

/** Something that the hub kept although it looks wrong: out of the picture, a class that does not exist. */
export type AnswerProblem = { path: string; code: string; message: string };

export type Annotation = { answer: Answer; duration: number; revision: number; draft: boolean };

export function listTasks(projectId: string, question: TaskQuestion) {
  const { page, limit, stage, assignee, batches, externalId } = question;
  const filter = {
    ...(stage ? { stage } : {}),
    ...(assignee !== undefined ? { assignee: assignee === '' ? null : assignee } : {}),
    ...(batches?.length ? { batches: { $in: batches } } : {}),
    ...(externalId ? { externalId } : {}),
  };
  const query = {
    page: String(page),
    limit: String(limit),
    ...(Object.keys(filter).length ? { filter: JSON.stringify(filter) } : {}),
  };
  return ask<{ tasks: Task[]; total: number }>('GET', `/v2/project/${projectId}/tasks`, { query });
}

export function countTasks(projectId: string) {
  return ask<Counts>('GET', `/v2/project/${projectId}/tasks/counts`);
}

/** Claims the next task; with `ahead`, the one that comes after that task. */
export function nextTask(projectId: string, stage: 'Label' | 'Review', ahead?: string) {
  const body = ahead ? { stage, ahead } : { stage };
  return ask<{ task: Task | null; left: number }>('POST', `/v2/project/${projectId}/tasks/next`, { body });
}

export async function openTask(id: string) {
  return (await ask<{ task: Task }>('POST', `/v2/task/${id}/open`, { body: {} })).task;
}

/** Gives back a task that was not changed. `keepalive` lets it outlive the page. */
export function releaseTask(id: string) {
  return ask<{ task: Task }>('POST', `/v2/task/${id}/release`, { body: {}, keepalive: true });
}

export async function signTask(id: string): Promise<SignedUrl> {
  const { urls } = await ask<{ urls: SignedUrl[] }>('POST', `/v2/task/${id}/sign`, { body: {} });
  const [first] = urls;
  if (!first) throw new TypeError('the hub signed nothing');
  return first;
}

export function annotateTask(id: string, annotation: Annotation, keepalive = false) {
  return ask<{ label: Task; problems?: AnswerProblem[] }>('POST', `/v2/annotate/${id}`, {
    body: annotation,
    keepalive,
  });
}

export async function skipTask(id: string) {
  return (await ask<{ task: Task }>('POST', `/v2/task/${id}/skip`, { body: {} })).task;
}

export async function reviewTask(
  id: string,
  review: { reviewStatus: ReviewStatus; answer?: Answer; revision?: number; duration?: number },
) {
  return (await ask<{ task: Task }>('POST', `/v2/review/${id}`, { body: review })).task;
}

export function assignTasks(project: string, tasks: string[], user: string, stage?: Stage) {
  return ask<{ assigned: number }>('POST', '/v2/task/assign', { body: { project, tasks, user, stage } });
}

export function requeueTasks(
  projectId: string,
  taskIds: string[],
  toStageId: Stage,
  options: { removeAnnotations: boolean; removeAssignee: boolean; removeStageHistory: boolean },
) {
  const body = { toStageId, filters: { taskIds }, options };
  return ask<{ modifiedCount: { modified: number } }>('POST', `/v2/project/${projectId}/requeueTasks`, {
    body,
  });
}

export function prioritizeTasks(projectId: string, taskIds: string[], priority: number) {
  const body = { priority, filters: { taskIds } };
  return ask<{ result: { modified: number } }>('POST', `/v2/project/${projectId}/updatePriority`, { body });
}

/** Tells what a picture measures as it is shown, where the hub does not know it. */
export function tellDimensions(projectId: string, assetId: string, size: { width: number; height: number }) {
  return ask('POST', `/v2/project/${projectId}/assets/${assetId}/dimensions`, { body: size });
}
