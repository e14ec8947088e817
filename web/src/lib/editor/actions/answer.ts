// Questions of the task and of objects: what is asked now, and answering as one step of the history.
import type { Core } from '../core';
import { answersOf, withFields } from '../document/object';
import { answered, asked, type Answers, type Asked, type Given } from '../schema/questions';
import type { Question } from '../schema/schema';
import { words } from '../words';

type Subject = { questions: readonly Question[]; answers: Answers };

/** Whose questions: an object's by its key, the task's own by null. */
function subjectOf(core: Core, key: number | null): Subject {
  if (key === null) return { questions: core.schema.questions, answers: core.document.classifications };
  const object = core.document.find(key);
  const objectClass = object && core.classOf(object);
  if (!object || !objectClass) return { questions: [], answers: [] };
  return { questions: objectClass.questions, answers: answersOf(object) };
}

export function questionsOf(core: Core, key: number | null): readonly Asked[] {
  const { questions, answers } = subjectOf(core, key);
  return asked(questions, answers);
}

/** Answers the question at the end of `path` (schemaIds, outermost first); null takes the answer back. */
export function answer(core: Core, key: number | null, path: readonly string[], given: Given): void {
  const { questions, answers } = subjectOf(core, key);
  const after = answered(questions, answers, path, given);
  if (JSON.stringify(after) === JSON.stringify(answers)) return;
  const question = asked(questions, answers).find((one) => one.path.join() === path.join())?.question;
  const label = words.steps.answer(question?.title ?? '');
  // Typing a text is one step, not one for each letter.
  const isText = question !== undefined && question.options.length === 0;
  const options = isText ? { mergeKey: `answer ${key} ${path.join()}` } : {};
  if (key === null) {
    core.change(label, [{ type: 'classifications', value: after }], options);
    return;
  }
  const object = core.document.find(key);
  if (!object || !core.canEdit(object)) return;
  const changed = withFields(object, { classifications: after }, core.now());
  core.change(label, [{ type: 'replace', object: changed }], options);
}
