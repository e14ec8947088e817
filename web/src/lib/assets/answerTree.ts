// What answers can be filtered by, as one list in the order of the schema's tree: classes, their questions, the options of
// those, and what is asked below them.
import type { AnswerCondition } from '$lib/api/assets';
import type { Question, Schema } from '$lib/editor/schema/schema';

export type Entry = {
  key: string;
  schemaId: string;
  /** Of a choice, the option. */
  option: string | undefined;
  name: string;
  /** Where the name alone does not say enough: a choice with its question. */
  title: string;
  depth: number;
  color: string | undefined;
  /** The keys of those above, outermost first. */
  above: readonly string[];
};

const keyOf = (schemaId: string, option?: string) => JSON.stringify([schemaId, option]);

export function entriesOf({ classes, questions }: Schema): Entry[] {
  const entries: Entry[] = [];

  function add(
    one: Pick<Entry, 'schemaId' | 'option' | 'name' | 'title' | 'color'>,
    above: readonly string[],
  ) {
    const key = keyOf(one.schemaId, one.option);
    entries.push({ ...one, key, depth: above.length, above });
    return [...above, key];
  }

  function addQuestion({ schemaId, title, tool, options, questions }: Question, above: readonly string[]) {
    const name = title || tool;
    const here = add({ schemaId, option: undefined, name, title: name, color: undefined }, above);
    const left = new Set(questions);
    const branches = new Map<string, readonly string[]>();
    for (const { id, value, above: nodes } of options) {
      // Of a tree, a node stands below the one that it grows from; its value is the whole path.
      const parent = branches.get(nodes.at(-1) ?? '') ?? here;
      const own = nodes.length ? value.slice(value.lastIndexOf(' / ') + 3) : value;
      const option = add(
        { schemaId, option: id, name: own, title: `${name}: ${value}`, color: undefined },
        parent,
      );
      branches.set(id, option);
      for (const question of questions.filter(({ parentOptionId }) => parentOptionId === id)) {
        left.delete(question);
        addQuestion(question, option);
      }
    }
    for (const question of left) addQuestion(question, here);
  }

  for (const { schemaId, title, tool, color, questions } of classes) {
    const name = title || tool;
    const here = add({ schemaId, option: undefined, name, title: name, color }, []);
    for (const question of questions) addQuestion(question, here);
  }
  for (const question of questions) addQuestion(question, []);
  const known = new Set<string>();
  // What has no id cannot be asked for; what two have stands for both.
  return entries.filter(({ key, schemaId }) => schemaId && !known.has(key) && known.add(key));
}

/** Those that are called so, below those that they stand under. */
export function matching(entries: readonly Entry[], text: string): readonly Entry[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return entries;
  const found = entries.filter(({ name }) => name.toLowerCase().includes(wanted));
  const keys = new Set(found.flatMap(({ key, above }) => [...above, key]));
  return entries.filter(({ key }) => keys.has(key));
}

const isOf = ({ schemaId, option }: AnswerCondition, entry: Pick<Entry, 'schemaId' | 'option'>) =>
  schemaId === entry.schemaId && option === entry.option;

/** Whether it has to be there, or may not; undefined: it does not matter. */
export function wantedOf(conditions: readonly AnswerCondition[], entry: Entry): boolean | undefined {
  return conditions.find((condition) => isOf(condition, entry))?.exists;
}

/** The conditions after one was chosen; choosing it again takes it away. */
export function toggled(
  conditions: readonly AnswerCondition[],
  entry: Pick<Entry, 'schemaId' | 'option'>,
  exists: boolean,
): AnswerCondition[] {
  const { schemaId, option } = entry;
  const others = conditions.filter((condition) => !isOf(condition, entry));
  const isOn = conditions.some((condition) => isOf(condition, entry) && condition.exists === exists);
  return isOn ? others : [...others, { schemaId, ...(option === undefined ? {} : { option }), exists }];
}

/** What a condition is called; what the schema has no more, by its id. */
export function titleOf(entries: readonly Entry[], condition: AnswerCondition): string {
  const entry = entries.find((one) => isOf(condition, one));
  if (entry) return entry.title;
  const { schemaId, option } = condition;
  const question = entries.find((one) => one.schemaId === schemaId && one.option === undefined);
  return option === undefined ? schemaId : `${question?.title ?? schemaId}: ${option}`;
}
