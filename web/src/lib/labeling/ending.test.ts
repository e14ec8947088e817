import { beforeEach, expect, it, vi } from 'vitest';
import type { Editor } from '$lib/editor';
import { toasts } from '$ui/toasts.svelte';
import { Ending } from './ending';

beforeEach(() => {
  for (const { id } of toasts.list) toasts.close(id);
});

/** A task in whose editor a shape is open, or was complete and is kept when asked. */
function work(open: 'polygon' | 'bounding-box' | null, { problems = [] as object[], revision = 0 } = {}) {
  const session = { finish: vi.fn(async () => {}), skip: vi.fn(async () => {}) };
  const saver = { flush: vi.fn(async () => {}), state: 'saved' as const };
  const sitting = { phase: 'working' as 'working' | 'moving', current: { saver }, session };
  const state = { get: () => ({ problems, revision }) } as unknown as Editor['state'];
  const onblocked = vi.fn();
  const editor = { settle: vi.fn(() => open), state };
  return { ending: new Ending(sitting, () => editor, onblocked), sitting, session, saver, editor, onblocked };
}

const told = () => toasts.list.map(({ text }) => text);

it('sends, skips and keeps nothing while a shape is open of which too little is there, and says so once', async () => {
  const { ending, session, saver } = work('polygon');
  ending.finish('submit');
  ending.finish('Accepted');
  ending.finish('Rejected');
  ending.skip();
  await ending.save();
  expect(session.finish).not.toHaveBeenCalled();
  expect(session.skip).not.toHaveBeenCalled();
  expect(saver.flush).not.toHaveBeenCalled();
  expect(ending.isSettled()).toBe(false);
  expect(told()).toEqual(['Finish or remove (Esc) the open polygon first.']);
  work('bounding-box').ending.skip();
  expect(told().at(-1)).toBe('Finish or remove (Esc) the open box first.');
});

it('asks the editor before it looks at what was drawn', async () => {
  const { ending, session, saver, editor } = work(null, { revision: 1 });
  ending.finish('submit');
  ending.skip();
  await ending.save();
  expect(editor.settle).toHaveBeenCalledTimes(3);
  expect(session.finish).toHaveBeenCalledExactlyOnceWith('submit');
  expect(session.skip).toHaveBeenCalledOnce();
  expect(saver.flush).toHaveBeenCalledOnce();
});

it('takes an answer for fixed that was changed by the shape that it finished', () => {
  const { ending, session } = work(null, { revision: 1 });
  ending.finish('Accepted');
  expect(session.finish).toHaveBeenCalledExactlyOnceWith('Fixed');
});

it('is held back by what is missing, but where a reviewer rejects', () => {
  const { ending, session, onblocked } = work(null, { problems: [{ isBlocking: true }] });
  ending.finish('submit');
  expect(onblocked).toHaveBeenCalledOnce();
  expect(session.finish).not.toHaveBeenCalled();
  ending.finish('Rejected');
  expect(session.finish).toHaveBeenCalledExactlyOnceWith('Rejected');
});

it('holds nobody back once the task is on its way', () => {
  const { ending, sitting, editor } = work('polygon');
  sitting.phase = 'moving';
  expect(ending.isSettled()).toBe(true);
  expect(editor.settle).not.toHaveBeenCalled();
});
