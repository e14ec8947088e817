// Questions and their answers as pure functions: which are to be seen, what was answered, what an answer changes.
import { objectsOf, type JsonObject } from '../document/json';
import type { Option, Question } from './schema';

export type Answers = readonly JsonObject[];
/** What a person gives: one text, several options, or null to take the answer back. */
export type Given = string | readonly string[] | null;

export type Asked = Readonly<{
  question: Question;
  /** The schemaIds of the questions above this one, outermost first, and its own. */
  path: readonly string[];
  depth: number;
  /** Option ids, or the text itself. Empty when nothing was answered. */
  given: readonly string[];
  isMissing: boolean;
  /** A text that does not match what the question asks for. */
  isMismatched: boolean;
}>;

/** Whether there is a form to ask it in; what cannot be asked yet is never waited for. */
export const isAskable = ({ tool, options }: Question): boolean =>
  tool === 'text' || (options.length > 0 && tool !== 'rank');

/** Every question that is to be seen, in reading order, with what was answered. */
export function asked(questions: readonly Question[], answers: Answers): readonly Asked[] {
  return walk(questions, answers, [], new Set());
}

function walk(
  questions: readonly Question[],
  answers: Answers,
  above: readonly string[],
  chosenAbove: ReadonlySet<string>,
): readonly Asked[] {
  const visible = visibleAmong(questions, answers, chosenAbove);
  return questions.flatMap((question) => {
    if (!visible.has(question)) return [];
    const answer = answerTo(question, answers);
    const given = givenBy(question, answer);
    const path = [...above, question.schemaId];
    const chosen = new Set([...chosenAbove, ...given]);
    const one: Asked = {
      question,
      path,
      depth: above.length,
      given,
      isMissing: question.isRequired && isAskable(question) && given.length === 0,
      isMismatched: given.length > 0 && !matches(question, given),
    };
    // What stands below a question is asked once that is answered.
    if (given.length === 0) return [one];
    return [one, ...walk(question.questions, objectsOf(answer?.classifications), path, chosen)];
  });
}

/** A question may hang on an option of its parent or of a question beside it, so this goes on until nothing appears. */
function visibleAmong(
  questions: readonly Question[],
  answers: Answers,
  chosenAbove: ReadonlySet<string>,
): ReadonlySet<Question> {
  const chosen = new Set(chosenAbove);
  const visible = new Set<Question>();
  for (let before = -1; before !== visible.size;) {
    before = visible.size;
    for (const question of questions) {
      if (visible.has(question)) continue;
      if (question.parentOptionId && !chosen.has(question.parentOptionId)) continue;
      visible.add(question);
      for (const id of givenBy(question, answerTo(question, answers))) chosen.add(id);
    }
  }
  return visible;
}

const answerTo = (question: Question, answers: Answers): JsonObject | undefined =>
  answers.find(({ schemaId }) => schemaId === question.schemaId);

function givenBy(question: Question, answer: JsonObject | undefined): readonly string[] {
  const raw = answer?.answer;
  const list = Array.isArray(raw) ? raw : raw === undefined || raw === null || raw === '' ? [] : [raw];
  const texts = list.map(String);
  return question.options.length === 0 ? texts : texts.map((text) => optionFor(question, text)?.id ?? text);
}

/** Answers hold option ids; those that came from elsewhere may hold values. */
const optionFor = (question: Question, text: string): Option | undefined =>
  question.options.find(({ id }) => id === text) ?? question.options.find(({ value }) => value === text);

/** Anywhere in the text, as the hub looks for it: `^` and `$` tie a pattern down. */
function matches({ regex }: Question, given: readonly string[]): boolean {
  if (!regex) return true;
  try {
    const pattern = new RegExp(regex, 'u');
    return given.every((text) => pattern.test(text));
  } catch {
    // A pattern that this browser cannot read forbids nothing.
    return true;
  }
}

/** The answers after one of them was given: what became hidden by it goes, what no question asks for stays. */
export function answered(
  questions: readonly Question[],
  answers: Answers,
  path: readonly string[],
  given: Given,
): Answers {
  return pruned(questions, put(questions, answers, path, given), new Set());
}

function put(
  questions: readonly Question[],
  answers: Answers,
  path: readonly string[],
  given: Given,
): Answers {
  const [first, ...rest] = path;
  const question = questions.find(({ schemaId }) => schemaId === first);
  if (!question) return answers;
  const at = answers.findIndex(({ schemaId }) => schemaId === first);
  const before = answers[at] ?? blank(question);
  if (rest.length > 0) {
    const below = put(question.questions, objectsOf(before.classifications), rest, given);
    return placed(answers, at, { ...before, classifications: below });
  }
  if (given === null || given.length === 0) return at < 0 ? answers : answers.toSpliced(at, 1);
  const answer = question.isMany ? (typeof given === 'string' ? [given] : [...given]) : String(given);
  return placed(answers, at, { ...before, answer });
}

const placed = (answers: Answers, at: number, answer: JsonObject): Answers =>
  at < 0 ? [...answers, answer] : answers.with(at, answer);

const blank = ({ schemaId, tool, title, columnField }: Question): JsonObject => ({
  schemaId,
  tool,
  title,
  columnField,
  answer: '',
  classifications: [],
});

function pruned(questions: readonly Question[], answers: Answers, chosenAbove: ReadonlySet<string>): Answers {
  const visible = visibleAmong(questions, answers, chosenAbove);
  const kept = answers.flatMap((answer) => {
    const question = questions.find(({ schemaId }) => schemaId === answer.schemaId);
    if (!question) return [answer];
    if (!visible.has(question)) return [];
    if (question.questions.length === 0) return [answer];
    const before = objectsOf(answer.classifications);
    const chosen = new Set([...chosenAbove, ...givenBy(question, answer)]);
    const below = pruned(question.questions, before, chosen);
    return [below === before ? answer : { ...answer, classifications: below }];
  });
  const isSame = kept.length === answers.length && kept.every((answer, index) => answer === answers[index]);
  return isSame ? answers : kept;
}

/** What is given once an option is ticked or unticked; in a tree what stands above comes along, what hangs below goes. */
export function toggled(question: Question, given: readonly string[], id: string): readonly string[] {
  const isOn = given.includes(id);
  if (!question.isMany) return isOn ? [] : [id];
  if (isOn) {
    const below = new Set(
      question.options.filter(({ above }) => above.includes(id)).map((option) => option.id),
    );
    return given.filter((one) => one !== id && !below.has(one));
  }
  const above = question.options.find((option) => option.id === id)?.above ?? [];
  const wanted = new Set([...given, ...above, id]);
  // In the order of the schema; what the schema does not know stays first.
  const known = question.options.map((option) => option.id).filter((one) => wanted.has(one));
  return [...given.filter((one) => !known.includes(one)), ...known];
}

/** The title of an answer's option for people. */
export const valueOf = (question: Question, id: string): string => optionFor(question, id)?.value ?? id;
