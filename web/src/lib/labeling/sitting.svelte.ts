// One sitting as the page draws it: the session and its outbox tied to the hub, the browser's store and its events.
import { shownFirst } from '$lib/assets/dimensions';
import { organization } from '$lib/session/organization.svelte';
import {
  annotateTask,
  nextTask,
  openTask,
  releaseTask,
  reviewTask,
  skipTask,
  type Task,
} from '$lib/api/tasks';
import { nameOf } from '$lib/assets/names';
import { BrowserKeeper } from './kept';
import { hold, isHeld } from './holds';
import { Outbox } from './outbox';
import { loadPicture, type LoadedPicture } from './picture';
import { TaskQueue } from './queue';
import type { Saver } from './saver';
import type { SaverState, Transport } from './saving';
import { Session, type Current, type Phase } from './session';

export const taskName = (task: Task): string => nameOf(task.asset);

const transport: Transport = {
  annotate: async (id, annotation, keepalive) => (await annotateTask(id, annotation, keepalive)).label,
  review: (id, review) => reviewTask(id, review),
};

type Wanted = {
  projectId: string;
  user: string;
  stage: 'Label' | 'Review';
  /** One task alone instead of the queue. */
  taskId: string | null;
  onrefused: (saver: Saver, error: unknown) => void;
  onconflict: (saver: Saver) => void;
};

export class Sitting {
  phase = $state<Phase>('loading');
  current = $state.raw<Current<LoadedPicture> | null>(null);
  error = $state.raw<unknown>(null);
  saved = $state<SaverState>('saved');
  isKept = $state(true);
  theirs = $state.raw<Task | null>(null);
  saveError = $state.raw<unknown>(null);
  /** Tasks that were left and are not with the hub yet. */
  waiting = $state(0);
  isSignedOut = $state(false);
  done = $state(0);
  readonly session: Session<LoadedPicture>;
  readonly #outbox: Outbox;

  constructor({ projectId, user, stage, taskId, onrefused, onconflict }: Wanted) {
    this.#outbox = new Outbox({
      user,
      organization: organization.id,
      transport,
      keeper: new BrowserKeeper(),
      isOpenElsewhere: isHeld,
      onchange: () => this.#look(),
      onconflict,
    });
    const queue = new TaskQueue<LoadedPicture>({
      claim: (ahead) => nextTask(projectId, stage, ahead),
      picture: (task) => loadPicture(task),
      release: releaseTask,
      discard: (picture) => picture.close(),
    });
    this.session = new Session<LoadedPicture>({
      outbox: this.#outbox,
      queue,
      nameOf: taskName,
      ...(taskId ? { open: () => opened(taskId) } : {}),
      skip: skipTask,
      release: releaseTask,
      hold,
      onchange: () => this.#look(),
      onrefused,
    });
  }

  /** Begins, and goes on until the returned function is called, which gives what is then on its way to the hub. */
  begin(): () => Promise<unknown>[] {
    void this.session.start();
    const online = () => this.retry();
    const hidden = () => void this.session.current?.saver.flush();
    // A page that the browser took out of its memory again has given its tasks back.
    const back = (event: PageTransitionEvent) => event.persisted && location.reload();
    const gone = () => void this.session.leave();
    const stay = (event: BeforeUnloadEvent) => {
      // Asked only when leaving would lose something: what is kept is sent on the next visit.
      if (!this.isKept) event.preventDefault();
    };
    addEventListener('online', online);
    addEventListener('pagehide', gone);
    addEventListener('pageshow', back);
    document.addEventListener('visibilitychange', hidden);
    addEventListener('beforeunload', stay);
    return () => {
      removeEventListener('online', online);
      removeEventListener('pagehide', gone);
      removeEventListener('pageshow', back);
      document.removeEventListener('visibilitychange', hidden);
      removeEventListener('beforeunload', stay);
      const sent = this.session.leave();
      void this.current?.picture.then((picture) => picture.close()).catch(() => {});
      return sent;
    };
  }

  /** The network is back, or somebody signed in again. */
  retry() {
    this.session.current?.saver.retry();
    this.#outbox.retry();
  }

  /** The picture of the present task once more, after it could not be shown. */
  retryPicture() {
    const { current } = this.session;
    if (!current) return;
    this.session.current = { ...current, picture: loadPicture(current.task, 'reload') };
    this.#look();
  }

  measured(task: Task, { width, height }: { width: number; height: number }) {
    shownFirst({ ...task.asset, project: task.project }, { width, height });
  }

  #look() {
    const { phase, current, error, done } = this.session;
    const before = this.current;
    if (before && before.picture !== current?.picture) {
      void before.picture.then((picture) => picture.close()).catch(() => {});
    }
    this.phase = phase;
    this.current = current;
    this.error = error;
    this.done = done;
    this.saved = current?.saver.state ?? 'saved';
    this.isKept = current?.saver.isKept ?? true;
    this.theirs = current?.saver.theirs ?? null;
    this.saveError = current?.saver.error ?? null;
    this.waiting = this.#outbox.waiting.length;
    this.isSignedOut = [current?.saver, ...this.#outbox.waiting].some(
      (saver) => saver?.state === 'signedOut',
    );
  }
}

async function opened(taskId: string) {
  const task = await openTask(taskId);
  const picture = loadPicture(task);
  picture.catch(() => {});
  return { task, picture };
}
