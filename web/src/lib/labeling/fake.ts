// A hub for tests: tasks in a queue, revisions checked, a network that can be cut, everything in memory.
import { ApiError, networkError } from '$lib/api/errors';
import type { Answer, Annotation, Stage, Task } from '$lib/api/tasks';
import type { Transport } from './saving';

export const answerOf = (...names: string[]): Answer => ({
  tools: names.map((objectId) => ({ objectId, point: [1, 2] })),
  classifications: [],
  relations: [],
});

export function taskOf(id: string, over: Partial<Task> = {}): Task {
  return {
    _id: id,
    project: 'p',
    asset: { _id: `asset-${id}`, externalId: `${id}.jpg`, data: `s3://b/${id}.jpg`, storage: null },
    stage: 'Label',
    revision: 1,
    answer: answerOf(),
    ...over,
  } as Task;
}

export class FakeHub implements Transport {
  tasks: Task[];
  isCut = false;
  /** Thrown instead of the next answers. */
  fails: unknown[] = [];
  released: string[] = [];
  claimed: (string | undefined)[] = [];
  saves: { id: string; draft: boolean }[] = [];

  constructor(...ids: string[]) {
    this.tasks = ids.map((id) => taskOf(id));
  }

  find(id: string): Task {
    const task = this.tasks.find(({ _id }) => _id === id);
    if (!task) throw new ApiError(404, 'task.missing', 'There is no such task.');
    return task;
  }

  async claim(ahead?: string) {
    this.#network();
    this.claimed.push(ahead);
    const open = this.tasks.filter(({ stage }) => stage === 'Label');
    const task = open.find(({ _id }) => _id !== ahead) ?? null;
    return { task: structuredClone(task), left: open.length };
  }

  async annotate(id: string, annotation: Annotation) {
    return this.#save(id, annotation, annotation.draft ? null : 'Review');
  }

  async review(
    id: string,
    review: { reviewStatus: string; answer: Answer; revision: number; duration: number },
  ) {
    return this.#save(
      id,
      { ...review, draft: false },
      review.reviewStatus === 'Rejected' ? 'Label' : 'Complete',
    );
  }

  async release(id: string) {
    this.released.push(id);
  }

  async skip(id: string) {
    this.#network();
    const task = this.find(id);
    this.tasks = [...this.tasks.filter((other) => other !== task), task];
  }

  #save(id: string, annotation: Annotation, stage: Stage | null): Task {
    this.#network();
    const task = this.find(id);
    if (annotation.revision !== task.revision) {
      throw new ApiError(409, 'task.changed', 'The task was changed.', { task: structuredClone(task) });
    }
    this.saves.push({ id, draft: annotation.draft });
    task.answer = structuredClone(annotation.answer);
    task.revision += 1;
    if (stage) task.stage = stage;
    return structuredClone(task);
  }

  #network() {
    if (this.isCut) throw networkError();
    const failure = this.fails.shift();
    if (failure) throw failure;
  }
}
