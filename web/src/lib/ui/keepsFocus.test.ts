import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepsFocus } from './keepsFocus';

type Place = { isConnected: boolean };

const body = { isConnected: true };
const focus = { activeElement: body as Place, body };
const inside = new Set<Place>();
const root = Object.assign(new EventTarget(), { contains: (place: Place) => inside.has(place) });
const page = new EventTarget();
const given = vi.fn(() => {});
let changed = () => {};
let leave = () => {};

const place = (isInside = true) => {
  const one = { isConnected: true };
  if (isInside) inside.add(one);
  return one;
};

function take(one: Place) {
  focus.activeElement = one;
  root.dispatchEvent(new Event('focusin'));
}

function goes(one: Place) {
  one.isConnected = false;
  if (focus.activeElement === one) focus.activeElement = body;
  changed();
}

beforeEach(() => {
  inside.clear();
  given.mockReset();
  focus.activeElement = body;
  vi.stubGlobal('document', focus);
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  vi.stubGlobal(
    'MutationObserver',
    class {
      constructor(run: () => void) {
        changed = run;
      }
      observe() {}
      disconnect() {
        changed = () => {};
      }
    },
  );
  leave = keepsFocus(given)(root as unknown as HTMLElement);
});

afterEach(() => vi.unstubAllGlobals());

it('asks for another place when what has the focus goes, and again until there is one', () => {
  const button = place();
  take(button);
  changed();
  expect(given).not.toHaveBeenCalled();
  goes(button);
  changed();
  expect(given).toHaveBeenCalledTimes(2);
  const row = place();
  given.mockImplementation(() => take(row));
  changed();
  changed();
  expect(given).toHaveBeenCalledTimes(3);
  goes(row);
  expect(given).toHaveBeenCalledTimes(4);
});

it('also when it was disabled before it went', () => {
  const button = place();
  take(button);
  focus.activeElement = body;
  changed();
  goes(button);
  expect(given).toHaveBeenCalledTimes(1);
});

it('leaves the focus to whatever took it, and nowhere to whoever pressed there', () => {
  const button = place();
  take(button);
  focus.activeElement = place(false);
  goes(button);
  const other = place();
  take(other);
  focus.activeElement = body;
  page.dispatchEvent(new Event('click'));
  goes(other);
  expect(given).not.toHaveBeenCalled();
});

it('asks nothing once its element is gone', () => {
  const button = place();
  take(button);
  leave();
  goes(button);
  expect(given).not.toHaveBeenCalled();
});
