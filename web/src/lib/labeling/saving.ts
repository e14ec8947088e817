// What saving is made of: its states, the way to the hub, what a saver is told when it begins.
import type { Answer, Annotation, ReviewStatus, Task } from '$lib/api/tasks';
import type { Keeper } from './kept';
import type { Saver } from './saver';

export type SaverState =
  | 'saved'
  /** Changed a moment ago. */
  | 'unsaved'
  | 'saving'
  /** The hub cannot be reached; tried again by itself. */
  | 'offline'
  /** Somebody else changed the task meanwhile: `theirs` says to what. */
  | 'conflict'
  | 'signedOut'
  /** The hub refused for good: `error` says why. */
  | 'refused';

export interface Transport {
  annotate(task: string, annotation: Annotation, keepalive?: boolean): Promise<Task>;
  review(
    task: string,
    review: { reviewStatus: ReviewStatus; answer: Answer; revision: number; duration: number },
  ): Promise<Task>;
}

export type SaverParts = {
  task: Pick<Task, '_id' | 'project' | 'stage' | 'revision' | 'answer'>;
  name: string;
  user: string;
  organization: string | null;
  transport: Transport;
  keeper: Keeper;
  nowMs?: () => number;
  onchange?: (saver: Saver) => void;
};

/** Somebody else saved the task meanwhile, and the person has not chosen yet. */
export class Unsettled extends Error {
  constructor() {
    super('the task was changed by somebody else meanwhile');
    this.name = 'Unsettled';
  }
}
