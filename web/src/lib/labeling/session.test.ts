import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '$lib/api/errors';
import { answerOf, FakeHub, taskOf } from './fake';
import { MemoryKeeper } from './kept';
import { Outbox } from './outbox';
import { TaskQueue } from './queue';
import { Session } from './session';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

function sit(hub: FakeHub, keeper = new MemoryKeeper(), only?: string) {
  const pictures: string[] = [];
  const conflicts: string[] = [];
  const refused: string[] = [];
  const picture = (id: string) => {
    pictures.push(id);
    return Promise.resolve(`picture of ${id}`);
  };
  const queue = new TaskQueue<string>({
    claim: (ahead) => hub.claim(ahead),
    picture: ({ _id }) => picture(_id),
    release: (id) => hub.release(id),
  });
  const outbox = new Outbox({
    user: 'ada',
    organization: 'o',
    transport: hub,
    keeper,
    onconflict: (saver) => conflicts.push(saver.name),
  });
  const session = new Session<string>({
    outbox,
    queue,
    nameOf: ({ _id }) => _id,
    ...(only
      ? { open: async () => ({ task: structuredClone(hub.find(only)), picture: picture(only) }) }
      : {}),
    skip: (id) => hub.skip(id),
    release: (id) => hub.release(id),
    onchange: () => {},
    onrefused: (saver) => refused.push(saver.name),
  });
  return { hub, keeper, session, outbox, pictures, refused, conflicts };
}

it('claims the next task and fetches its picture while one is worked on', async () => {
  const { hub, session, pictures } = sit(new FakeHub('a', 'b'));
  await session.start();
  await settle();
  expect(session.current?.task._id).toBe('a');
  expect(hub.claimed).toEqual([undefined, 'a']);
  expect(pictures).toEqual(['a', 'b']);
});

it('counts as done, and takes off what is left, each task that is done, and none that is skipped', async () => {
  const { hub, session } = sit(new FakeHub('a', 'b', 'c'));
  await session.start();
  await settle();
  expect(session.current?.left).toBe(3);
  hub.isCut = true;
  await session.finish('submit');
  expect([session.current?.task._id, session.current?.left, session.done]).toEqual(['b', 2, 1]);
  hub.isCut = false;
  await settle(2000);
  await session.skip();
  expect([session.current?.task._id, session.current?.left, session.done]).toEqual(['c', 2, 1]);
});

it('shows the task that was fetched ahead before the hub has answered the submission', async () => {
  const { hub, session } = sit(new FakeHub('a', 'b', 'c'));
  await session.start();
  await settle();
  session.current?.saver.change(() => answerOf('car'));
  hub.isCut = true;
  await session.finish('submit');
  expect(session.current?.task._id).toBe('b');
  expect(hub.find('a').stage).toBe('Label');
  hub.isCut = false;
  await settle(2000);
  expect(hub.find('a')).toMatchObject({ stage: 'Review', answer: answerOf('car') });
  expect(hub.claimed).toEqual([undefined, 'a', 'b']);
});

it('waits for the hub when nothing was fetched ahead, and says when the queue is empty', async () => {
  const { hub, session } = sit(new FakeHub('a'));
  await session.start();
  await settle();
  hub.isCut = true;
  const finished = session.finish('submit');
  await settle();
  expect(session.phase).toBe('moving');
  expect(session.current?.task._id).toBe('a');
  hub.isCut = false;
  await settle(2000);
  await finished;
  expect(session.phase).toBe('empty');
});

it('finds what was put into the queue after it had been empty', async () => {
  const { hub, session } = sit(new FakeHub('a'));
  await session.start();
  await settle();
  hub.tasks.push(taskOf('late'));
  await session.finish('submit');
  expect(session.current?.task._id).toBe('late');
});

it('stays at the task when the hub refuses its submission, and names the refusal', async () => {
  const { hub, session } = sit(new FakeHub('a'));
  await session.start();
  await settle();
  hub.fails = [new ApiError(422, 'answer.required', 'Draw a car.')];
  await session.finish('submit');
  expect(session.phase).toBe('working');
  expect(session.error).toMatchObject({ code: 'answer.required' });
});

it('tells of a refusal that comes after the task was left, and keeps the answer for when it is opened', async () => {
  const { hub, session, refused, keeper } = sit(new FakeHub('a', 'b'));
  await session.start();
  await settle();
  session.current?.saver.change(() => answerOf('car'));
  hub.fails = [new ApiError(422, 'answer.required', 'Draw a person.')];
  await session.finish('submit');
  await settle();
  expect(refused).toEqual(['a']);
  expect((await keeper.get('ada', 'a'))?.answer).toEqual(answerOf('car'));
});

it('sends on the next visit what a closed tab had left behind', async () => {
  const first = sit(new FakeHub('a', 'b', 'c'));
  await first.session.start();
  await settle();
  first.hub.isCut = true;
  first.session.current?.saver.change(() => answerOf('submitted'));
  await first.session.finish('submit');
  first.session.current?.saver.change(() => answerOf('half done'));
  await settle(100);
  // The tab dies here: nothing is said to anybody.
  first.hub.isCut = false;
  const second = sit(first.hub, first.keeper);
  await second.session.start();
  await settle();
  expect(first.hub.find('a')).toMatchObject({ stage: 'Review', answer: answerOf('submitted') });
  expect(first.hub.find('b').answer).toEqual(answerOf('half done'));
  expect(second.session.current?.task._id).toBe('b');
  expect(await first.keeper.all('ada')).toEqual([]);
});

it('offers the choice when what was kept and what the hub has grew apart', async () => {
  const hub = new FakeHub('a');
  const keeper = new MemoryKeeper();
  const first = sit(hub, keeper, 'a');
  await first.session.start();
  hub.isCut = true;
  first.session.current?.saver.change(() => answerOf('mine'));
  await settle(100);
  hub.isCut = false;
  Object.assign(hub.find('a'), { revision: 7, answer: answerOf('theirs') });
  const second = sit(hub, keeper, 'a');
  await second.session.start();
  await settle();
  expect(second.session.current?.saver.state).toBe('conflict');
  expect(second.session.current?.answer).toEqual(answerOf('mine'));
  await second.session.takeTheirs();
  expect(second.session.current?.answer).toEqual(answerOf('theirs'));
  expect(await keeper.all('ada')).toEqual([]);
});

it('shows nobody what another person kept at the same browser', async () => {
  const { keeper, session, hub } = sit(new FakeHub('a'));
  await keeper.put({
    user: 'grace',
    task: 'a',
    project: 'p',
    organization: 'o',
    name: 'a',
    stage: 'Label',
    answer: answerOf('hers'),
    revision: 1,
    durationMs: 0,
    intent: 'submit',
    changedAtMs: 0,
  });
  await session.start();
  expect(session.current?.answer).toEqual(answerOf());
  expect(hub.saves).toEqual([]);
});

it('gives back what was claimed and not touched, and only that', async () => {
  const untouched = sit(new FakeHub('a', 'b'));
  await untouched.session.start();
  await settle();
  untouched.session.leave();
  expect(untouched.hub.released.sort()).toEqual(['a', 'b']);
  const touched = sit(new FakeHub('a', 'b'));
  await touched.session.start();
  await settle();
  touched.session.current?.saver.change(() => answerOf('car'));
  touched.session.leave();
  await settle();
  expect(touched.hub.released).toEqual(['b']);
  expect(touched.hub.saves).toEqual([{ id: 'a', draft: true }]);
});

it('tells of what it gave back once the hub has it, also of what was still being fetched ahead', async () => {
  const hub = new FakeHub('a', 'b');
  const answered: (() => void)[] = [];
  const later = () => new Promise<void>((resolve) => answered.push(resolve));
  hub.release = (id) => later().then(() => void hub.released.push(id));
  const claim = hub.claim.bind(hub);
  hub.claim = async (ahead) => {
    if (ahead) await later();
    return claim(ahead);
  };
  const { session } = sit(hub);
  await session.start();
  await settle();
  const told = session.leave().map((one) => one.then(() => [...hub.released]));
  let all: string[][] | undefined;
  void Promise.all(told).then((lists) => (all = lists));
  while (!all && answered.length) {
    answered.shift()?.();
    await settle();
  }
  expect(all?.map((ids) => ids.length).sort()).toEqual([0, 1, 2]);
  expect(hub.released.sort()).toEqual(['a', 'b']);
  expect(session.leave()).toEqual([]);
});

it('skips to the next task and keeps what was drawn as a draft', async () => {
  const { hub, session } = sit(new FakeHub('a', 'b'));
  await session.start();
  await settle();
  session.current?.saver.change(() => answerOf('car'));
  await session.skip();
  expect(session.current?.task._id).toBe('b');
  expect(hub.find('a').answer).toEqual(answerOf('car'));
});

it('says so when somebody else changed a task that was submitted and left, and opening it gives the choice', async () => {
  const { hub, session, outbox, conflicts, keeper } = sit(new FakeHub('a', 'b'));
  await session.start();
  await settle();
  session.current?.saver.change(() => answerOf('mine'));
  Object.assign(hub.find('a'), { answer: answerOf('theirs'), revision: 7 });
  await session.finish('submit');
  await settle();
  expect(session.current?.task._id).toBe('b');
  expect(conflicts).toEqual(['a']);
  expect(outbox.waiting.map(({ name, state }) => [name, state])).toEqual([['a', 'conflict']]);

  const again = sit(hub, keeper, 'a');
  await again.session.start();
  expect(again.session.current?.saver.state).toBe('conflict');
  expect(again.session.current?.answer).toEqual(answerOf('mine'));
});

it('says so of a task that an earlier visit submitted', async () => {
  const first = sit(new FakeHub('a', 'b'));
  await first.session.start();
  await settle();
  first.session.current?.saver.change(() => answerOf('mine'));
  first.hub.isCut = true;
  void first.session.finish('submit');
  await settle();
  first.session.leave();
  first.hub.isCut = false;
  Object.assign(first.hub.find('a'), { answer: answerOf('theirs'), revision: 7, stage: 'Review' });
  const second = sit(first.hub, first.keeper);
  await second.session.start();
  await settle();
  expect(second.conflicts).toEqual(['a']);
});

it('skips only once the newest change is with the hub', async () => {
  const { hub, session } = sit(new FakeHub('a', 'b'));
  await session.start();
  await settle();
  const { saver } = session.current ?? {};
  saver?.change(() => answerOf('first'));
  void saver?.flush();
  saver?.change(() => answerOf('first', 'second'));
  await session.skip();
  expect(hub.find('a').answer).toEqual(answerOf('first', 'second'));
  expect(session.current?.task._id).toBe('b');
});

it.each(['network', 'conflict'])('keeps a task that cannot be saved before a skip: %s', async (why) => {
  const { hub, session } = sit(new FakeHub('a', 'b'));
  await session.start();
  await settle();
  session.current?.saver.change(() => answerOf('mine'));
  if (why === 'network') hub.isCut = true;
  else Object.assign(hub.find('a'), { answer: answerOf('theirs'), revision: 7 });
  await session.skip();
  expect([session.phase, session.current?.task._id]).toEqual(['working', 'a']);
  expect(hub.tasks[0]?._id).toBe('a');
  expect(session.current?.saver.state).toBe(why === 'network' ? 'offline' : 'conflict');
});

it('is done after one task that was opened alone', async () => {
  const { hub, session } = sit(new FakeHub('a', 'b'), new MemoryKeeper(), 'b');
  await session.start();
  await session.finish('submit');
  expect(session.phase).toBe('done');
  expect(hub.claimed).toEqual([]);
});
