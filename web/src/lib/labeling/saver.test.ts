import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError, networkError } from '$lib/api/errors';
import type { Answer, Annotation, Task } from '$lib/api/tasks';
import { MemoryKeeper } from './kept';
import { Saver, TookTheirs } from './saver';
import type { Transport } from './saving';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const answerOf = (...names: string[]): Answer => ({
  tools: names.map((objectId) => ({ objectId, point: [1, 2] })),
  classifications: [],
  relations: [],
});

/** A hub that holds one task and checks revisions, and a network that can be cut before or after it hears. */
class FakeHub implements Transport {
  task = { _id: 't', project: 'p', stage: 'Label', revision: 3, answer: answerOf() } as unknown as Task;
  calls: (Annotation & { status?: string })[] = [];
  fails: unknown[] = [];
  losesAnswers = 0;

  async annotate(_id: string, annotation: Annotation) {
    return this.#take(annotation, annotation.draft ? 'Label' : 'Review');
  }

  async review(
    _id: string,
    review: { reviewStatus: string; answer: Answer; revision: number; duration: number },
  ) {
    const { reviewStatus, ...rest } = review;
    return this.#take(
      { ...rest, draft: false },
      reviewStatus === 'Rejected' ? 'Label' : 'Complete',
      reviewStatus,
    );
  }

  #take(annotation: Annotation, stage: Task['stage'], status?: string): Task {
    const failure = this.fails.shift();
    if (failure) throw failure;
    if (annotation.revision !== this.task.revision) {
      throw new ApiError(409, 'task.changed', 'The task was changed.', { task: structuredClone(this.task) });
    }
    this.calls.push({ ...structuredClone(annotation), status });
    this.task = {
      ...this.task,
      stage,
      answer: structuredClone(annotation.answer),
      revision: this.task.revision + 1,
    };
    if (this.losesAnswers > 0) {
      this.losesAnswers -= 1;
      throw networkError();
    }
    return structuredClone(this.task);
  }
}

function open(hub = new FakeHub(), keeper = new MemoryKeeper()) {
  const states: string[] = [];
  const saver = new Saver({
    task: hub.task,
    name: 'cat.jpg',
    user: 'ada',
    organization: null,
    transport: hub,
    keeper,
    onchange: ({ state }) => states.at(-1) !== state && states.push(state),
  });
  return { hub, keeper, saver, states };
}

it('sends a draft within a second of a pause, once for many changes', async () => {
  const { hub, saver, states } = open();
  saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(300);
  saver.change(() => answerOf('a', 'b'));
  expect(hub.calls).toEqual([]);
  await vi.advanceTimersByTimeAsync(999);
  expect(hub.calls).toHaveLength(1);
  expect(hub.calls[0]).toMatchObject({ answer: answerOf('a', 'b'), draft: true, revision: 3 });
  expect(states).toEqual(['unsaved', 'saving', 'saved']);
});

it('does not wait for ever for somebody who never pauses', async () => {
  const { hub, saver } = open();
  for (let change = 0; change < 12; change++) {
    saver.change(() => answerOf(`${change}`));
    await vi.advanceTimersByTimeAsync(500);
  }
  expect(hub.calls.length).toBeGreaterThan(0);
});

it('keeps every change before the hub answers, and nothing once it has', async () => {
  const { keeper, saver } = open();
  saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(0);
  expect(await keeper.get('ada', 't')).toMatchObject({ answer: answerOf('a'), revision: 3, intent: 'draft' });
  await vi.advanceTimersByTimeAsync(1000);
  expect(await keeper.get('ada', 't')).toBeUndefined();
});

it('is offline while the network is away, goes on keeping, and sends the newest when it is back', async () => {
  const { hub, keeper, saver, states } = open();
  hub.fails = [networkError(), networkError(), networkError()];
  saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(saver.state).toBe('offline');
  saver.change(() => answerOf('a', 'b'));
  await vi.advanceTimersByTimeAsync(0);
  expect((await keeper.get('ada', 't'))?.answer).toEqual(answerOf('a', 'b'));
  await vi.advanceTimersByTimeAsync(7000);
  expect(saver.state).toBe('saved');
  expect(hub.task.answer).toEqual(answerOf('a', 'b'));
  expect(states.at(-1)).toBe('saved');
});

it('tries at once when the browser says that the network is back', async () => {
  const { hub, saver } = open();
  hub.fails = [networkError()];
  saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(700);
  saver.retry();
  await vi.advanceTimersByTimeAsync(0);
  expect(saver.state).toBe('saved');
});

it('does not take its own work for somebody else’s when only the answer of the hub was lost', async () => {
  const { hub, saver } = open();
  hub.losesAnswers = 1;
  saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(5000);
  expect(saver.state).toBe('saved');
  expect(saver.revision).toBe(4);
  hub.losesAnswers = 1;
  saver.change(() => answerOf('a', 'b'));
  const submitted = saver.finish('submit');
  await vi.advanceTimersByTimeAsync(5000);
  expect((await submitted).stage).toBe('Review');
});

it('knows its own work again when the answer was lost and the person had gone on', async () => {
  const { hub, saver, states } = open();
  hub.losesAnswers = 1;
  saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(700);
  expect(saver.state).toBe('offline');
  saver.change(() => answerOf('a', 'b'));
  await vi.advanceTimersByTimeAsync(2000);
  expect(saver.state).toBe('saved');
  expect(states).not.toContain('conflict');
  expect(hub.task.answer).toEqual(answerOf('a', 'b'));
});

it('asks when somebody else changed the task, and sends mine if mine is chosen', async () => {
  const { hub, keeper, saver } = open();
  hub.task = { ...hub.task, revision: 9, answer: answerOf('theirs') };
  saver.change(() => answerOf('mine'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(saver.state).toBe('conflict');
  expect(saver.theirs?.answer).toEqual(answerOf('theirs'));
  expect((await keeper.get('ada', 't'))?.answer).toEqual(answerOf('mine'));
  saver.keepMine();
  await vi.advanceTimersByTimeAsync(0);
  expect(hub.task.answer).toEqual(answerOf('mine'));
  expect(saver.state).toBe('saved');
});

it('asks before it submits a task that was moved on after a save whose answer got lost', async () => {
  const { hub, saver } = open();
  hub.losesAnswers = 1;
  saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(saver.state).toBe('offline');
  hub.task = { ...hub.task, stage: 'Review', revision: 5 };
  saver.change(() => answerOf('a', 'b'));
  void saver.finish('submit');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(saver.state).toBe('conflict');
  expect(hub.calls).toHaveLength(1);
});

it('takes theirs if theirs is chosen, and goes on from there', async () => {
  const { hub, keeper, saver } = open();
  hub.task = { ...hub.task, revision: 9, answer: answerOf('theirs') };
  saver.change(() => answerOf('mine'));
  const submitted = saver.finish('submit').catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(1000);
  expect(saver.takeTheirs()?.revision).toBe(9);
  expect(await submitted).toBeInstanceOf(TookTheirs);
  expect(await keeper.get('ada', 't')).toBeUndefined();
  saver.change(() => answerOf('theirs', 'more'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(hub.task.answer).toEqual(answerOf('theirs', 'more'));
});

it('waits for somebody to sign in again, and then sends', async () => {
  const { hub, saver } = open();
  hub.fails = [new ApiError(401, 'session.required', 'Sign in.')];
  saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(saver.state).toBe('signedOut');
  expect(hub.calls).toEqual([]);
  saver.retry();
  await vi.advanceTimersByTimeAsync(0);
  expect(hub.task.answer).toEqual(answerOf('a'));
});

it('submits what the task holds when nothing was changed, and theirs once theirs was taken', async () => {
  const { hub, saver } = open();
  hub.task = { ...hub.task, revision: 9, answer: answerOf('theirs') };
  saver.change(() => answerOf('mine'));
  await vi.advanceTimersByTimeAsync(1000);
  saver.takeTheirs();
  const submitted = saver.finish('submit');
  await vi.advanceTimersByTimeAsync(0);
  await submitted;
  expect(hub.task.answer).toEqual(answerOf('theirs'));

  const untouched = new FakeHub();
  untouched.task = { ...untouched.task, answer: answerOf('drawn before') };
  const reviewed = open(untouched).saver.finish('Rejected');
  await vi.advanceTimersByTimeAsync(0);
  await reviewed;
  expect(untouched.calls.at(-1)?.answer).toEqual(answerOf('drawn before'));
});

it('submits after the draft that is on its way, with the newest answer', async () => {
  const { hub, saver } = open();
  saver.change(() => answerOf('a'));
  const flushed = saver.flush();
  saver.change(() => answerOf('a', 'b'));
  const submitted = saver.finish('submit');
  await vi.advanceTimersByTimeAsync(0);
  await flushed;
  expect((await submitted).stage).toBe('Review');
  expect(hub.calls.map(({ draft }) => draft)).toEqual([true, false]);
  expect(hub.task.answer).toEqual(answerOf('a', 'b'));
});

it('keeps a submission while the network is away and completes it later', async () => {
  const { hub, keeper, saver } = open();
  hub.fails = [networkError(), networkError()];
  const submitted = saver.finish('submit');
  await vi.advanceTimersByTimeAsync(0);
  expect(await keeper.get('ada', 't')).toMatchObject({ intent: 'submit' });
  await vi.advanceTimersByTimeAsync(4000);
  expect((await submitted).stage).toBe('Review');
  expect(await keeper.get('ada', 't')).toBeUndefined();
});

it('gives a refusal back to the person, with the answer still kept', async () => {
  const { hub, keeper, saver } = open();
  hub.fails = [new ApiError(422, 'answer.required', 'Draw a car.')];
  saver.change(() => answerOf('a'));
  const refused = saver.finish('submit').catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(0);
  expect(await refused).toMatchObject({ code: 'answer.required' });
  expect(saver.state).toBe('refused');
  expect(await keeper.get('ada', 't')).toMatchObject({ intent: 'draft' });
  saver.change(() => answerOf('a', 'b'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(saver.state).toBe('saved');
});

it('sends a review with what the reviewer changed', async () => {
  const { hub, saver } = open();
  saver.change(() => answerOf('mended'));
  const reviewed = saver.finish('Fixed');
  await vi.advanceTimersByTimeAsync(0);
  expect((await reviewed).stage).toBe('Complete');
  expect(hub.calls.at(-1)).toMatchObject({ status: 'Fixed', answer: answerOf('mended') });
});

it('goes on from what was kept, with the revision that it grew from', async () => {
  const first = open();
  first.hub.fails = [networkError()];
  first.saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(700);
  first.saver.close();
  const kept = await first.keeper.get('ada', 't');
  const { hub } = first;
  const again = new Saver(
    { task: hub.task, name: '', user: 'ada', organization: null, transport: hub, keeper: first.keeper },
    kept,
  );
  expect(again.state).toBe('unsaved');
  await again.flush();
  expect(hub.task.answer).toEqual(answerOf('a'));
  expect(await first.keeper.get('ada', 't')).toBeUndefined();
});

it('says when even the browser keeps nothing', async () => {
  const keeper = new MemoryKeeper();
  keeper.put = () => Promise.reject(new Error('full'));
  const { saver } = open(new FakeHub(), keeper);
  saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(0);
  expect(saver.isKept).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(saver.isKept).toBe(true);
});

it('tells the hub how long somebody worked, each stretch once', async () => {
  const { hub, saver } = open();
  await vi.advanceTimersByTimeAsync(3000);
  saver.change(() => answerOf('a'));
  await vi.advanceTimersByTimeAsync(1000);
  await vi.advanceTimersByTimeAsync(5000);
  saver.change(() => answerOf('b'));
  await vi.advanceTimersByTimeAsync(1000);
  // The first stretch of work ends with its change; a pause of an hour counts as a minute.
  expect(hub.calls.map(({ duration }) => duration)).toEqual([3000, 6000]);
  await vi.advanceTimersByTimeAsync(3_600_000);
  saver.change(() => answerOf('c'));
  await vi.advanceTimersByTimeAsync(1000);
  expect(hub.calls.at(-1)?.duration).toBe(60_000);
});
