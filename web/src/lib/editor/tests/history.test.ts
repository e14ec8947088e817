import { expect, it } from 'vitest';
import { answer } from '../actions/answer';
import type { Point } from '../geometry/point';
import { box, polygon, SCHEMA, seeded, Try } from './try';

const KEYS = [
  'ArrowLeft',
  'Shift+ArrowDown',
  'Delete',
  'Ctrl+C',
  'Ctrl+V',
  'Ctrl+X',
  'Ctrl+D',
  'Ctrl+A',
  ']',
  '[',
  '}',
  '{',
  'Shift+L',
  'a',
  '2',
  '1',
  'v',
  'r',
  'p',
  'l',
  'o',
  'n',
  'Enter',
  '.',
  ',',
  'Insert',
  'Backspace',
  'Escape',
  'h',
  'Shift+H',
  'Alt+A',
  'z',
  's',
  '+',
];

const start = () => ({
  tools: [
    box('a', 10.123456, 10, 100, 100),
    polygon('b', [
      [200, 200],
      [400, 210],
      [300, 400],
    ]),
    { ...box('c', 500, 500, -50, -40), note: { kept: true } },
    { segmentation: { zones: [] }, objectId: 'd' },
  ],
  classifications: [{ schemaId: 'unknown', answer: 'x' }],
  relations: [
    { objectId: 'r', from: 'a', to: 'b' },
    { objectId: 's', group: ['a', 'b', 'c'] },
  ],
});

const schema = {
  ...SCHEMA,
  classifications: [
    {
      tool: 'radio',
      title: 'Sky',
      schemaId: 'q',
      options: [
        { value: 'blue', schemaId: 'o1' },
        { value: 'grey', schemaId: 'o2' },
      ],
    },
  ],
};

/** Something that a hand could do, anywhere. */
function act(t: Try, random: () => number) {
  const place = (): Point => [Math.floor(random() * 1100) - 50, Math.floor(random() * 900) - 50];
  const held = {
    shift: random() < 0.2,
    ctrl: random() < 0.1,
    alt: random() < 0.05,
    button: random() < 0.1 ? 2 : 0,
  };
  const kind = random();
  t.nowMs += Math.floor(random() * 1500);
  if (kind < 0.3) t.click(place(), held);
  else if (kind < 0.55) t.drag(place(), place(), held);
  else if (kind < 0.6) answer(t.core, null, ['q'], [null, 'o1', 'o2'][Math.floor(random() * 3)] ?? null);
  else if (kind < 0.63) t.press('Ctrl+Z');
  else if (kind < 0.65) t.press('Ctrl+Y');
  else t.press(KEYS[Math.floor(random() * KEYS.length)] ?? 'z');
}

it.each(Array.from({ length: 60 }, (_, seed) => seed))(
  'whatever was done (seed %i), undoing all gives back the beginning, doing all again the end',
  (seed) => {
    const random = seeded(seed);
    const t = new Try({ answer: start(), schema });
    for (let count = 0; count < 150; count++) act(t, random);
    t.press('Escape', 'Escape', 'Escape', 'Escape', 'Escape');
    const end = JSON.stringify(t.core.toAnswer());
    let steps = 0;
    while (t.core.history.undoLabel !== null) {
      t.core.undo();
      steps++;
    }
    expect(steps).toBeGreaterThan(5);
    expect(JSON.stringify(t.core.toAnswer())).toBe(JSON.stringify(start()));
    for (; steps > 0; steps--) t.core.redo();
    expect(JSON.stringify(t.core.toAnswer())).toBe(end);
  },
);

it('what is in the index is what is in the document, whatever was done', () => {
  const random = seeded(99);
  const t = new Try({ answer: start(), schema });
  for (let count = 0; count < 400; count++) {
    act(t, random);
    const everywhere = { minX: -1e6, minY: -1e6, maxX: 1e6, maxY: 1e6 };
    const shown = t.core.document.objects.filter(({ shape }) => shape).map(({ key }) => key);
    expect(t.core.grid.query(everywhere).sort((a, b) => a - b)).toEqual(shown.sort((a, b) => a - b));
  }
});

it('nothing that was drawn, moved or pasted ever leaves the picture', () => {
  const random = seeded(5);
  const t = new Try();
  for (let count = 0; count < 600; count++) act(t, random);
  expect(t.tools.length).toBeGreaterThan(3);
  expect(t.core.problems().filter(({ code }) => code === 'answer.outside_picture')).toEqual([]);
});

it('a new step ends what could have been done again', () => {
  const t = new Try({ tools: [box('a', 10, 10, 50, 50)] });
  t.click([30, 30]).press('ArrowRight', 'Ctrl+Z');
  expect(t.core.history.redoLabel).toBe('Move');
  t.press('ArrowLeft');
  expect(t.core.history.redoLabel).toBeNull();
});
