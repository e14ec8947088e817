import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeyboardListener } from '../input/keyboard';
import { PointerListener } from '../input/pointer';
import type { Stage } from '../scene/stage';
import { box, Try } from './try';

/** As much of an element as the listeners ask for. */
class Root extends EventTarget {
  inside: unknown[] = [];
  setPointerCapture = () => undefined;
  contains = (node: unknown) => node === this || this.inside.includes(node);
  closest = (): unknown => null;
  isContentEditable = false;
}

const send = (target: EventTarget, type: string, over: object) =>
  target.dispatchEvent(Object.assign(new Event(type, { cancelable: true }), over));

/** Something that `instanceof` can be asked of. */
const kind = (holds: (one: unknown) => boolean) =>
  Object.defineProperty(() => undefined, Symbol.hasInstance, { value: holds });

const NO_KEYS = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

describe('the pointer', () => {
  const CORNER = { left: 100, top: 50 };

  function start(t: Try) {
    const root = new Root();
    const stage = { root, corner: () => CORNER } as unknown as Stage;
    const listener = new PointerListener(t.core, stage);
    const mouse = (type: string, x: number, y: number, over: object = {}) =>
      send(root, type, {
        pointerId: 1,
        pointerType: 'mouse',
        button: 0,
        clientX: x + CORNER.left,
        clientY: y + CORNER.top,
        ...NO_KEYS,
        ...over,
      });
    return { listener, mouse };
  }

  it('reaches the tool in pixels of the picture', () => {
    const t = new Try();
    t.run('tool.point');
    const { mouse, listener } = start(t);
    mouse('pointerdown', 30, 40);
    mouse('pointerup', 30, 40);
    expect(t.geometries('point')).toEqual([[30, 40]]);
    listener.destroy();
    mouse('pointerdown', 60, 60);
    expect(t.tools).toHaveLength(1);
  });

  it('moves the picture with the middle button, and the tool keeps what it has begun', () => {
    const t = new Try();
    t.run('tool.polygon');
    const { mouse } = start(t);
    mouse('pointerdown', 300, 300);
    mouse('pointerup', 300, 300);
    mouse('pointerdown', 500, 500, { button: 1 });
    mouse('pointermove', 450, 480, { button: -1 });
    mouse('pointerup', 450, 480, { button: 1 });
    expect(t.core.view.now).toEqual({ scale: 1, x: -50, y: -20 });
    expect([t.core.hand, t.core.tool.state]).toEqual([null, 'drawing']);
  });

  it('that lies still leaves the crosshair of the keyboard alone, one that moves takes over', () => {
    const t = new Try();
    t.run('tool.polygon');
    const { mouse } = start(t);
    mouse('pointermove', 300, 300);
    t.press('ArrowRight');
    mouse('pointermove', 300, 300);
    expect(t.core.crosshair).toEqual([301, 300]);
    mouse('pointermove', 302, 300);
    expect(t.core.crosshair).toBeNull();
  });

  it('zooms by the wheel around the place under it', () => {
    const t = new Try();
    const { mouse } = start(t);
    const before = t.core.view.toImage([400, 300]);
    mouse('wheel', 400, 300, { deltaX: 0, deltaY: -120, deltaMode: 0 });
    expect(t.core.view.now.scale).toBeCloseTo(Math.exp(120 * 0.0018), 6);
    const [x, y] = t.core.view.toScreen(before);
    expect(Math.abs(x - 400) + Math.abs(y - 300)).toBeLessThan(1.01);
    const { scale } = t.core.view.now;
    mouse('wheel', 400, 300, { deltaX: 0, deltaY: 30, deltaMode: 0, shiftKey: true });
    expect(t.core.view.now.scale).toBe(scale);
  });

  it('zooms and moves by two fingers, and takes back what the first one set', () => {
    const t = new Try();
    t.run('tool.polygon');
    const { mouse } = start(t);
    const finger = { pointerType: 'touch' };
    mouse('pointerdown', 300, 300, { ...finger, pointerId: 1 });
    mouse('pointerdown', 500, 300, { ...finger, pointerId: 2 });
    expect(t.core.tool.state).toBe('idle');
    mouse('pointermove', 700, 300, { ...finger, pointerId: 2 });
    expect(t.core.view.now.scale).toBe(2);
    // What lay between the fingers lies between them still.
    expect(t.core.view.toScreen([400, 300])).toEqual([500, 300]);
    mouse('pointerup', 700, 300, { ...finger, pointerId: 2 });
    mouse('pointerup', 300, 300, { ...finger, pointerId: 1 });
    expect(t.tools).toEqual([]);
  });
});

describe('the keyboard', () => {
  const page = new EventTarget();
  const body = new Root();
  const field = Object.assign(new Root(), { type: 'text' });

  beforeEach(() => {
    vi.stubGlobal('window', Object.assign(page, { getSelection: () => null }));
    vi.stubGlobal('document', { body });
    vi.stubGlobal('Node', Root);
    vi.stubGlobal('HTMLElement', Root);
    vi.stubGlobal(
      'HTMLTextAreaElement',
      kind(() => false),
    );
    vi.stubGlobal(
      'HTMLSelectElement',
      kind(() => false),
    );
    vi.stubGlobal(
      'HTMLInputElement',
      kind((one) => one === field),
    );
  });
  afterEach(() => vi.unstubAllGlobals());

  /** Presses a key while the focus is on `target`; whether the editor used it. */
  function press(key: string, target: unknown, over: object = {}): boolean {
    const event = Object.assign(new Event('keydown', { cancelable: true }), {
      key,
      code: '',
      ...NO_KEYS,
      ...over,
    });
    Object.defineProperty(event, 'target', { value: target });
    page.dispatchEvent(event);
    return event.defaultPrevented;
  }

  it('is the editor’s where nothing else wants it', () => {
    const t = new Try({ tools: [box('a', 10, 10, 50, 50)] });
    const root = new Root();
    const listener = new KeyboardListener(t.core, t.commands, root as unknown as HTMLElement);
    const button = new Root();
    expect(press('a', body, { ctrlKey: true })).toBe(true);
    expect(press('ArrowRight', root)).toBe(true);
    // A button takes Enter and arrows for itself, a field everything.
    expect(press('ArrowRight', button)).toBe(false);
    expect(press('ArrowRight', field)).toBe(false);
    expect(press('Delete', field)).toBe(false);
    expect(t.geometries('bounding-box')).toMatchObject([{ x: 11 }]);
    expect(press('Delete', button)).toBe(true);
    expect(t.tools).toEqual([]);
    // What means nothing now is left to the page.
    expect(press('Enter', body)).toBe(false);
    expect(press('?', body)).toBe(false);
    listener.destroy();
    expect(press('z', body, { ctrlKey: true })).toBe(false);
  });

  it('is the page’s where it waits for a key', () => {
    const t = new Try();
    const root = new Root() as unknown as HTMLElement;
    const listener = new KeyboardListener(t.core, t.commands, root, ({ key }) => key === 'p');
    expect([press('p', body), t.core.tool.id]).toEqual([false, 'select']);
    expect([press('r', body), t.core.tool.id]).toEqual([true, 'bounding-box']);
    listener.destroy();
  });

  it('holds the hand while Space is down', () => {
    const t = new Try();
    const root = new Root();
    const listener = new KeyboardListener(t.core, t.commands, root as unknown as HTMLElement);
    press(' ', root);
    expect(t.core.hand).not.toBeNull();
    send(page, 'keyup', { key: ' ' });
    expect(t.core.hand).toBeNull();
    press(' ', root);
    send(page, 'blur', {});
    expect(t.core.hand).toBeNull();
    listener.destroy();
  });
});
