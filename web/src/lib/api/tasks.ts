// Questions to the hub about tasks: lists, the next one, saving, submitting, review, and what a manager does to many.
import { answer, hub } from './client';
import type {
  AnswerProblem,
  LabelTask,
  ReviewStatus,
  SignedUrl,
  Stage,
  TaskAsset as AnyAsset,
} from './types';

export type { ReviewStatus, Stage };

/** What was labeled. Only what the interface reads is named; everything else is kept as it came. */
export type Answer = {
  tools: Record<string, unknown>[];
  classifications: Record<string, unknown>[];
  relations: Record<string, unknown>[];
  [other: string]: unknown;
};

export type TaskAsset = Omit<AnyAsset, 'metadata'> & {
  metadata?: { width?: number; height?: number; [other: string]: unknown };
};
export type Task = Omit<LabelTask, 'answer' | 'asset'> & { answer?: Answer; asset: TaskAsset };

export type TaskQuestion = {
  page: number;
  limit: number;
  stage?: Stage;
  /** An e-mail address; empty: nobody's tasks. */
  assignee?: string;
  batches?: string[];
  externalId?: string;
};

export type Annotation = { answer: Answer; duration: number; revision: number; draft: boolean };

/** The document knows an answer as an object of any shape. */
const anyShape = (answer: Answer) => answer as unknown as Record<string, never>;
const taskFrom = (task: LabelTask) => task as unknown as Task;

export async function listTasks(projectId: string, question: TaskQuestion) {
  const { page, limit, stage, assignee, batches, externalId } = question;
  const filter = {
    ...(stage ? { stage } : {}),
    ...(assignee !== undefined ? { assignee: assignee === '' ? { $exists: false } : assignee } : {}),
    ...(batches?.length ? { batches: { $in: batches } } : {}),
    ...(externalId ? { externalId } : {}),
  };
  const query = {
    page,
    limit,
    ...(Object.keys(filter).length ? { filter: JSON.stringify(filter) } : {}),
  };
  const params = { path: { project: projectId }, query };
  const found = await answer(hub.GET('/v2/project/{project}/tasks', { params }));
  return { total: found.total, tasks: (found.tasks as LabelTask[]).map(taskFrom) };
}

export function countTasks(projectId: string) {
  return answer(hub.GET('/v2/project/{project}/tasks/counts', { params: { path: { project: projectId } } }));
}

/** Claims the next task; with `ahead`, the one that comes after that task. */
export async function nextTask(projectId: string, stage: 'Label' | 'Review', ahead?: string) {
  const params = { path: { project: projectId } };
  const body = ahead ? { stage, ahead } : { stage };
  const { task, left } = await answer(hub.POST('/v2/project/{project}/tasks/next', { params, body }));
  return { task: task ? taskFrom(task) : null, left };
}

/** A task with what was labeled; it is nobody's by that. */
export async function getTask(id: string, signal?: AbortSignal): Promise<Task> {
  const params = { path: { task: id } };
  return taskFrom((await answer(hub.GET('/v2/task/{task}', { params, signal }))).task);
}

export async function openTask(id: string): Promise<Task> {
  const params = { path: { task: id } };
  return taskFrom((await answer(hub.POST('/v2/task/{task}/open', { params }))).task);
}

/** Gives back a task that was not changed. It may be asked for while the page goes away. */
export async function releaseTask(id: string) {
  const params = { path: { task: id } };
  await answer(hub.POST('/v2/task/{task}/release', { params, keepalive: true }));
}

export async function signTask(id: string, afterRefusal = false): Promise<SignedUrl> {
  const params = { path: { task: id }, query: afterRefusal ? { afterRefusal } : {} };
  const { urls } = await answer(hub.POST('/v2/task/{task}/sign', { params }));
  const [first] = urls;
  if (!first) throw new TypeError('the hub signed nothing');
  return first;
}

/** Keeps a draft, or submits: then the task goes to its next stage. */
export async function annotateTask(
  id: string,
  annotation: Annotation,
  keepalive = false,
): Promise<{ label: Task; problems: AnswerProblem[] }> {
  const query = annotation.draft ? {} : { nextStage: 'true' };
  const params = { path: { task: id }, query };
  const body = { ...annotation, answer: anyShape(annotation.answer) };
  const { label, problems } = await answer(hub.POST('/v2/annotate/{task}', { params, body, keepalive }));
  return { label: taskFrom(label), problems };
}

export async function skipTask(id: string) {
  await answer(hub.POST('/v2/task/{task}/skip', { params: { path: { task: id } } }));
}

export async function reviewTask(
  id: string,
  review: { reviewStatus: ReviewStatus; answer: Answer; revision: number; duration: number },
): Promise<Task> {
  const params = { path: { task: id } };
  const body = { ...review, answer: anyShape(review.answer) };
  return taskFrom((await answer(hub.POST('/v2/review/{task}', { params, body }))).task);
}

/** Answers how many tasks were given to somebody, or with an empty address taken from whoever had them. */
export async function assignTasks(project: string, tasks: string[], user: string): Promise<number> {
  return (await answer(hub.POST('/v2/task/assign', { body: { project, tasks, user } }))).assigned;
}

/** The tasks of these ids and no others. */
const only = (taskIds: string[]) => ({
  taskIds,
  assetIds: null,
  batches: null,
  externalIds: null,
  fromStageIds: null,
});

export async function requeueTasks(
  projectId: string,
  taskIds: string[],
  toStageId: Stage,
  options: { removeAnnotations: boolean; removeAssignee: boolean; removeStageHistory: boolean },
): Promise<number> {
  const params = { path: { project: projectId } };
  const body = {
    toStageId,
    filters: only(taskIds),
    options: { ...options, resetAnswer: null, unassign: null },
  };
  const { modifiedCount } = await answer(hub.POST('/v2/project/{project}/requeueTasks', { params, body }));
  return modifiedCount.modified;
}

export async function prioritizeTasks(
  projectId: string,
  taskIds: string[],
  priority: number,
): Promise<number> {
  const params = { path: { project: projectId } };
  const body = { priority, filters: only(taskIds) };
  return (await answer(hub.POST('/v2/project/{project}/updatePriority', { params, body }))).result.modified;
}

/** Tells what a picture measures as it is shown, where the hub does not know it. */
export function tellDimensions(project: string, asset: string, size: { width: number; height: number }) {
  const params = { path: { project, asset } };
  return answer(hub.POST('/v2/project/{project}/assets/{asset}/dimensions', { params, body: size }));
}
