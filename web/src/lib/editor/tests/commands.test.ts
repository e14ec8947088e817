import { describe, expect, it } from 'vitest';
import { keyName, keyOfSchema } from '../commands/keys';
import { Snapshots } from '../state';
import { box, polygon, SCHEMA, Try } from './try';

const pressed = (key: string, over: object = {}) =>
  keyName({ key, code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...over });

describe('keys', () => {
  it('are named as commands write them', () => {
    expect(pressed('h')).toBe('h');
    expect(pressed('H', { shiftKey: true })).toBe('Shift+H');
    expect(pressed('z', { metaKey: true })).toBe('Ctrl+Z');
    expect(pressed('Z', { ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+Z');
    expect(pressed(' ')).toBe('Space');
    expect(pressed('+', { shiftKey: true })).toBe('+');
    expect(pressed('ArrowUp', { shiftKey: true })).toBe('Shift+ArrowUp');
  });

  it('count by their place where the layout has other letters', () => {
    expect(pressed('м', { code: 'KeyV' })).toBe('v');
    expect(pressed('å', { code: 'KeyA', altKey: true })).toBe('Alt+A');
    expect(pressed('¡', { code: 'Digit1', altKey: true })).toBe('Alt+1');
  });

  it('are read from a schema', () => {
    expect(['1', 'ctrl+0', 'k', 'f1', '', null].map(keyOfSchema)).toEqual([
      '1',
      'Ctrl+0',
      'k',
      null,
      null,
      null,
    ]);
  });
});

describe('commands', () => {
  it('have an id and a label of their own', () => {
    const { list } = new Try().commands;
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
    expect(list.every(({ label, groupLabel }) => label && groupLabel)).toBe(true);
  });

  it('never leave two meanings to a key at one time: classes come before the editor’s own', () => {
    const tools = [{ ...SCHEMA.tools[1], shortcutKey: 'h' }];
    const t = new Try({ schema: { tools } });
    expect(t.commands.find('object.hide')?.keys).toEqual([]);
    t.press('h');
    expect(t.core.tool.id).toBe('polygon');
  });

  it('do nothing where they are not enabled', () => {
    const t = new Try({ tools: [box('a', 0, 0, 9, 9)] });
    expect(t.run('edit.delete')).toBe(false);
    expect(t.run('no.such')).toBe(false);
    expect(t.commands.press('Enter')).toBe(false);
    expect(t.tools).toHaveLength(1);
  });

  it('change nothing where only reading is allowed', () => {
    const tools = [
      box('a', 100, 100, 99, 99),
      polygon('b', [
        [300, 300],
        [400, 300],
        [400, 400],
      ]),
    ];
    const t = new Try({ tools, readOnly: true });
    const before = JSON.stringify(t.core.toAnswer());
    t.press('Ctrl+A');
    expect(t.core.selection.size).toBe(2);
    for (const { id } of t.commands.list) t.run(id);
    t.click([150, 150]).drag([150, 150], [200, 200]).press('ArrowLeft', 'Delete', 'Ctrl+V', 'Shift+L');
    expect(JSON.stringify(t.core.toAnswer())).toBe(before);
    expect(t.core.revision).toBe(0);
  });

  it('step out one thing at a time by Escape', () => {
    const t = new Try({
      tools: [
        polygon('a', [
          [100, 100],
          [300, 100],
          [200, 300],
        ]),
      ],
    });
    t.click([200, 150]).press('Enter');
    const states: unknown[] = [];
    for (let count = 0; count < 2; count++) {
      t.press('Escape');
      states.push([t.core.vertex, t.core.selection.size]);
    }
    expect(states).toEqual([
      [null, 1],
      [null, 0],
    ]);
    t.press('p', 'Escape');
    expect(t.core.tool.id).toBe('select');
    expect(t.commands.find('draw.cancel')?.enabled()).toBe(false);
  });

  it('set how things look, within limits, and reset it', () => {
    const t = new Try();
    for (let count = 0; count < 40; count++) t.press('Shift+B', 'Shift+P');
    expect(t.core.look).toEqual({ brightness: 3, contrast: 1, opacity: 0 });
    t.press('Shift+R');
    expect(t.core.look).toEqual({ brightness: 1, contrast: 1, opacity: 1 });
  });
});

describe('the state', () => {
  const answer = {
    tools: [
      box('a', 0, 0, 9, 9),
      { ...box('b', 50, 0, 9, 9), lock: true },
      { point: [5, 5], objectId: 'c', title: 'old' },
    ],
  };

  it('lists objects and classes', () => {
    const t = new Try({ answer });
    const { objects, classes } = new Snapshots(t.core).take();
    expect(
      objects.map(({ title, number, isLocked, isUnknown }) => [title, number, isLocked, isUnknown]),
    ).toEqual([
      ['car', 1, false, false],
      ['car', 2, true, false],
      ['Unknown (old)', 1, false, true],
    ]);
    expect(classes.map(({ title, key, count, isUsable }) => [title, key, count, isUsable])).toEqual([
      ['car', '1', 2, true],
      ['lake', '2', 0, true],
      ['field', 'a', 0, true],
      ['road', '3', 0, true],
      ['tree', '4', 0, true],
      ['mist', null, 0, false],
    ]);
  });

  it('says whether Enter is the editor’s, as pressing it shows', () => {
    const t = new Try({
      tools: [
        box('a', 0, 0, 9, 9),
        polygon('b', [
          [300, 300],
          [400, 300],
          [400, 400],
        ]),
      ],
    });
    const snapshots = new Snapshots(t.core);
    const told = () => {
      const { takesEnter } = snapshots.take();
      return [takesEnter, t.commands.press('Enter')];
    };
    expect(told()).toEqual([false, false]);
    t.press('ArrowRight');
    expect(told()).toEqual([true, true]);
    t.press('Escape', 'Escape', 'p');
    expect(told()).toEqual([false, false]);
    t.click([500, 500]);
    expect(told()).toEqual([true, true]);
    t.press('Escape', 'v').click([380, 320]);
    expect(told()).toEqual([true, true]);
    t.press('Escape', 'Escape').click([0, 5]);
    expect([t.core.selection.size, ...told()]).toEqual([1, false, false]);
  });

  it('keeps the rows that did not change', () => {
    const t = new Try({ answer });
    const snapshots = new Snapshots(t.core);
    const before = snapshots.take().objects;
    t.click([5, 0]).press('ArrowRight');
    const after = snapshots.take();
    expect(after.objects[0]).not.toBe(before[0]);
    expect(after.objects[1]).toBe(before[1]);
    expect(after.revision).toBe(1);
    expect(after.undoLabel).toBe('Move');
    t.press('Escape', 'Shift+ArrowRight');
    expect(snapshots.take().objects).toBe(after.objects);
  });
});
