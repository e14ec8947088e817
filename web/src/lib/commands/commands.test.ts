import { expect, it, vi } from 'vitest';
import { Commands, keyName } from './commands.svelte';

const press = (key: string, over: object = {}) =>
  Object.assign(new Event('keydown', { cancelable: true }), {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...over,
  }) as KeyboardEvent;

const command = (id: string, keys: string) => ({ id, keys, label: id, group: 'all', run: vi.fn() });

it('names keys as commands write them', () => {
  expect(keyName(press('a'))).toBe('a');
  expect(keyName(press('a', { metaKey: true }))).toBe('Ctrl+A');
  expect(keyName(press('?', { shiftKey: true }))).toBe('?');
  expect(keyName(press('S', { shiftKey: true }))).toBe('Shift+S');
  expect(keyName(press('z', { ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+Z');
});

it('runs a command of one key and one of two keys', () => {
  const commands = new Commands();
  const sheet = command('sheet', '?');
  const assets = command('go', 'g a');
  commands.add([sheet, assets]);
  commands.press(press('?'));
  expect(sheet.run).toHaveBeenCalledOnce();
  commands.press(press('g'));
  commands.press(press('a'));
  expect(assets.run).toHaveBeenCalledOnce();
});

it('prefers the second key of a sequence to a command of that key alone', () => {
  const commands = new Commands();
  const alone = command('add', 'a');
  const sequence = command('go', 'g a');
  commands.add([sequence, alone]);
  commands.press(press('g'));
  commands.press(press('a'));
  expect(sequence.run).toHaveBeenCalledOnce();
  expect(alone.run).not.toHaveBeenCalled();
});

it('says which key completes a sequence, and forgets one that somebody else took a key from', () => {
  const commands = new Commands();
  const projects = command('go', 'g p');
  commands.add([projects]);
  expect(commands.completes(press('p'))).toBe(false);
  commands.press(press('g'));
  expect(commands.completes(press('p'))).toBe(true);
  expect(commands.completes(press('v'))).toBe(false);
  const taken = press('v');
  taken.preventDefault();
  commands.press(taken);
  expect(commands.completes(press('p'))).toBe(false);
  commands.press(press('p'));
  expect(projects.run).not.toHaveBeenCalled();
});

it('forgets the commands of a page that was left', () => {
  const commands = new Commands();
  const gone = command('gone', 'x');
  const remove = commands.add([gone]);
  remove();
  commands.press(press('x'));
  expect(gone.run).not.toHaveBeenCalled();
  expect(commands.list).toEqual([]);
});

it('leaves a key alone that is listened to elsewhere', () => {
  const commands = new Commands();
  const own = command('own', 'Enter');
  const told = { ...command('told', 'Enter'), onlyTold: true };
  commands.add([own, told]);
  commands.press(press('Enter'));
  expect(own.run).toHaveBeenCalledOnce();
  expect(told.run).not.toHaveBeenCalled();
});
