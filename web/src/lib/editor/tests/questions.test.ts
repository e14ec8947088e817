import { describe, expect, it } from 'vitest';
import { answer, questionsOf } from '../actions/answer';
import { asked, answered, toggled, valueOf } from '../schema/questions';
import { readSchema, type Question } from '../schema/schema';
import { box, SCHEMA, Try } from './try';

const CLASSIFICATIONS = [
  {
    tool: 'radio',
    title: 'Weather',
    schemaId: 'weather',
    required: true,
    columnField: true,
    options: [
      { value: 'dry', schemaId: 'o-dry' },
      { value: 'wet', schemaId: 'o-wet' },
    ],
    classifications: [
      { tool: 'text', title: 'How wet', schemaId: 'how-wet', required: true, parentOptionId: 'o-wet' },
      { tool: 'boolean', title: 'Sure?', schemaId: 'sure' },
    ],
  },
  {
    tool: 'checkbox',
    title: 'Seen',
    schemaId: 'seen',
    options: [
      { value: 'cars', schemaId: 'o-cars' },
      { value: 'people', schemaId: 'o-people' },
    ],
  },
  { tool: 'text', title: 'Road', schemaId: 'road', regex: '^[A-Z]\\d+$', parentOptionId: 'o-cars' },
  {
    tool: 'tree-dropdown',
    title: 'Place',
    schemaId: 'place',
    options: [
      { value: 'Land', schemaId: 't1' },
      { value: 'Land / Hill', schemaId: 't2' },
      { value: 'Sea', schemaId: 't3' },
    ],
    treeOptions: [{ title: 'Land', children: [{ title: 'Hill' }, { title: 'Dale' }] }, { title: 'Sea' }],
  },
];

const { questions } = readSchema({ classifications: CLASSIFICATIONS });
const seen = (answers: Parameters<typeof asked>[1]) =>
  asked(questions, answers).map(({ path }) => path.join('/'));
const question = (id: string) => questions.find(({ schemaId }) => schemaId === id) as Question;

describe('questions', () => {
  it('are seen when nothing or the right option stands above them', () => {
    expect(seen([])).toEqual(['weather', 'seen', 'place']);
    const wet = answered(questions, [], ['weather'], 'o-wet');
    expect(seen(wet)).toEqual(['weather', 'weather/how-wet', 'weather/sure', 'seen', 'place']);
    expect(seen(answered(questions, wet, ['weather'], 'o-dry'))).toEqual([
      'weather',
      'weather/sure',
      'seen',
      'place',
    ]);
  });

  it('may hang on an option of another question beside them', () => {
    expect(seen(answered(questions, [], ['seen'], ['o-cars']))).toContain('road');
  });

  it('say what is required and missing, and what has not the form that is asked for', () => {
    const wet = answered(questions, [], ['weather'], 'o-wet');
    expect(
      asked(questions, wet)
        .filter(({ isMissing }) => isMissing)
        .map(({ path }) => path.join('/')),
    ).toEqual(['weather/how-wet']);
    const cars = answered(questions, [], ['seen'], ['o-cars']);
    const mismatch = (text: string) =>
      asked(questions, answered(questions, cars, ['road'], text)).find(({ path }) => path[0] === 'road')
        ?.isMismatched;
    expect([mismatch('A5'), mismatch('five'), mismatch('xA5y')]).toEqual([false, true, true]);
  });

  it('understand answers that hold values instead of options', () => {
    const [weather] = asked(questions, [{ schemaId: 'weather', answer: 'wet' }]);
    expect(weather?.given).toEqual(['o-wet']);
    expect(valueOf(question('weather'), 'o-wet')).toBe('wet');
  });

  it('offer yes and no for a boolean, and every branch of a tree', () => {
    const sure = question('weather').questions[1] as Question;
    expect(sure.options.map(({ id }) => id)).toEqual(['true', 'false']);
    expect(question('place').options).toEqual([
      { id: 't1', value: 'Land', depth: 0, above: [] },
      { id: 't2', value: 'Land / Hill', depth: 1, above: ['t1'] },
      { id: 'Land / Dale', value: 'Land / Dale', depth: 1, above: ['t1'] },
      { id: 't3', value: 'Sea', depth: 0, above: [] },
    ]);
  });
});

describe('answering', () => {
  it('writes option ids in the shape of the question', () => {
    const one = answered(questions, [], ['weather'], 'o-dry');
    expect(answered(questions, one, ['seen'], ['o-cars', 'o-people'])).toEqual([
      {
        schemaId: 'weather',
        tool: 'radio',
        title: 'Weather',
        columnField: true,
        answer: 'o-dry',
        classifications: [],
      },
      {
        schemaId: 'seen',
        tool: 'checkbox',
        title: 'Seen',
        columnField: false,
        answer: ['o-cars', 'o-people'],
        classifications: [],
      },
    ]);
  });

  it('takes along what became hidden, and leaves what no question asks for', () => {
    const stray = { schemaId: 'deleted', answer: 'kept', classifications: [{ schemaId: 'x' }] };
    let answers = answered(questions, [stray], ['weather'], 'o-wet');
    answers = answered(questions, answers, ['weather', 'how-wet'], 'very');
    answers = answered(questions, answers, ['weather', 'sure'], 'true');
    answers = answered(questions, answers, ['weather'], 'o-dry');
    expect(answers[0]).toBe(stray);
    expect(answers[1]).toMatchObject({
      answer: 'o-dry',
      classifications: [{ schemaId: 'sure', answer: 'true' }],
    });
    expect(answers[1]?.classifications).toHaveLength(1);
  });

  it('takes an answer back', () => {
    const wet = answered(questions, [], ['weather'], 'o-wet');
    expect(answered(questions, wet, ['weather'], null)).toEqual([]);
    expect(answered(questions, [], ['nowhere'], 'x')).toEqual([]);
  });

  it('ticks options in the order of the schema; in a tree with what stands above, without what hangs below', () => {
    expect(toggled(question('seen'), ['o-people'], 'o-cars')).toEqual(['o-cars', 'o-people']);
    expect(toggled(question('seen'), ['o-cars', 'o-people'], 'o-cars')).toEqual(['o-people']);
    expect(toggled(question('weather'), ['o-dry'], 'o-wet')).toEqual(['o-wet']);
    const hill = toggled(question('place'), ['t3'], 't2');
    expect(hill).toEqual(['t1', 't2', 't3']);
    expect(toggled(question('place'), hill, 't1')).toEqual(['t3']);
  });

  it('is a step of the history, for the task and for an object; typing is one step', () => {
    const tools = SCHEMA.tools.map((one) =>
      one.schemaId === 'c-car' ? { ...one, classifications: CLASSIFICATIONS } : one,
    );
    const t = new Try({ tools: [box('a', 0, 0, 9, 9)], schema: { tools, classifications: CLASSIFICATIONS } });
    const key = t.keyAt(0);
    const before = JSON.stringify(t.core.toAnswer());
    answer(t.core, null, ['weather'], 'o-dry');
    answer(t.core, key, ['seen'], ['o-cars']);
    for (const text of ['A', 'A5', 'A51']) answer(t.core, key, ['road'], text);
    expect(t.tools[0]?.classifications).toMatchObject([{ answer: ['o-cars'] }, { answer: 'A51' }]);
    expect(questionsOf(t.core, key).map(({ path }) => path[0])).toContain('road');
    expect(t.core.history.undoLabel).toBe('Answer Road');
    t.press('Ctrl+Z');
    expect(t.tools[0]?.classifications).toMatchObject([{ answer: ['o-cars'] }]);
    t.press('Ctrl+Z', 'Ctrl+Z');
    expect(JSON.stringify(t.core.toAnswer())).toBe(before);
  });
});
