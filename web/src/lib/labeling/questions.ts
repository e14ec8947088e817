// The questions of a schema: which are shown, what was answered, what is still missing. Pure, for asset and object alike.
export type Option = { value: string; schemaId: string };

/** A class or a question, as far as the interface reads it. */
export type Category = {
  tool: string;
  title: string;
  schemaId: string;
  required?: boolean;
  color?: string;
  shortcutKey?: string;
  regex?: string;
  parentOptionId?: string;
  options?: Option[];
  treeOptions?: TreeOption[];
  classifications?: Category[];
  showDropdown?: boolean;
  [other: string]: unknown;
};

export type TreeOption = { title: string; key: string; value?: string; children?: TreeOption[] };

export type Schema = { tools: Category[]; classifications: Category[]; relations: Category[] };

export type Given = {
  schemaId: string;
  tool?: string;
  title?: string;
  answer?: unknown;
  classifications?: Given[];
  [other: string]: unknown;
};

export type Question = {
  category: Category;
  given: Given | undefined;
  /** The chosen options, or the one text. */
  chosen: string[];
  nested: Question[];
};

export type Missing = { title: string; why: 'required' | 'pattern' };

const MANY = new Set(['checkbox', 'multi-dropdown', 'tree-dropdown', 'rank']);
const ANSWERABLE = new Set([...MANY, 'radio', 'single-dropdown', 'text', 'boolean']);
ANSWERABLE.delete('rank');

export const EMPTY_SCHEMA: Schema = { tools: [], classifications: [], relations: [] };

/** The schema of a project, whatever of it is missing or odd. */
export function readSchema(value: unknown): Schema {
  const read = value as Partial<Schema> | null | undefined;
  const list = (part: unknown) =>
    Array.isArray(part)
      ? (part as Category[]).filter(
          (one) => typeof one?.schemaId === 'string' && typeof one.tool === 'string',
        )
      : [];
  return {
    tools: list(read?.tools),
    classifications: list(read?.classifications),
    relations: list(read?.relations),
  };
}

export function takesMany({ tool }: Category): boolean {
  return MANY.has(tool);
}

/** Whether this interface can ask it; what was answered elsewhere is kept all the same. */
export function isAnswerable({ tool }: Category): boolean {
  return ANSWERABLE.has(tool);
}

/** What may be chosen; the branches of a tree by their paths. */
export function optionsOf(category: Category): Option[] {
  if (category.options?.length) return category.options;
  const flat = (branches: TreeOption[], before: string): Option[] =>
    branches.flatMap(({ title, key, value, children }) => {
      const path = before ? `${before} / ${value ?? title}` : (value ?? title);
      return [{ value: path, schemaId: key ?? path }, ...flat(children ?? [], path)];
    });
  return flat(category.treeOptions ?? [], '');
}

/** The questions that are shown now. A conditional one needs its option to be chosen above it or beside it. */
export function questionsOf(
  categories: Category[],
  given: Given[],
  chosenAbove: ReadonlySet<string> = new Set(),
): Question[] {
  const chosen = new Set([...chosenAbove, ...given.flatMap((one) => chosenOf(one.answer))]);
  return categories
    .filter(({ parentOptionId }) => !parentOptionId || chosen.has(parentOptionId))
    .map((category) => {
      const own = given.find(({ schemaId }) => schemaId === category.schemaId);
      const ids = idsOf(category, own?.answer);
      const nested = questionsOf(
        category.classifications ?? [],
        own?.classifications ?? [],
        new Set([...chosen, ...ids]),
      );
      return { category, given: own, chosen: ids, nested };
    });
}

/** The answers with one question answered anew; what no longer has a question to answer goes with it. */
export function answered(given: Given[], categories: Category[], path: string[], chosen: string[]): Given[] {
  return withoutHidden(written(given, categories, path, chosen), categories);
}

function written(given: Given[], categories: Category[], path: string[], chosen: string[]): Given[] {
  const [schemaId, ...deeper] = path;
  const category = categories.find((one) => one.schemaId === schemaId);
  if (!category) return given;
  const before = given.find((one) => one.schemaId === schemaId);
  const after: Given = { ...blank(category), ...before };
  if (deeper.length === 0) after.answer = writeAnswer(category, chosen);
  else
    after.classifications = written(
      before?.classifications ?? [],
      category.classifications ?? [],
      deeper,
      chosen,
    );
  return before ? given.map((one) => (one === before ? after : one)) : [...given, after];
}

/** The required questions without an answer, and the texts that do not fit their pattern. */
export function missing(questions: Question[]): Missing[] {
  return questions.flatMap(({ category, chosen, nested }) => {
    const { title, required, regex, tool } = category;
    const isEmpty = chosen.length === 0;
    const own: Missing[] = [];
    if (required && isEmpty && isAnswerable(category)) own.push({ title, why: 'required' });
    else if (!isEmpty && tool === 'text' && regex && !fits(chosen[0] ?? '', regex)) {
      own.push({ title, why: 'pattern' });
    }
    return [...own, ...missing(nested)];
  });
}

export function fits(text: string, regex: string): boolean {
  try {
    return new RegExp(regex).test(text);
  } catch {
    // A pattern that this browser cannot read refuses nobody's work.
    return true;
  }
}

/** Drops answers to conditional questions whose condition is gone; what the schema does not know stays. */
function withoutHidden(
  given: Given[],
  categories: Category[],
  above: ReadonlySet<string> = new Set(),
): Given[] {
  const chosen = new Set([...above, ...given.flatMap((one) => chosenOf(one.answer))]);
  return given.flatMap((one) => {
    const category = categories.find(({ schemaId }) => schemaId === one.schemaId);
    if (!category) return [one];
    const isEmpty = chosenOf(one.answer).length === 0;
    if (category.parentOptionId && !chosen.has(category.parentOptionId)) return [];
    if (!one.classifications?.length) return isEmpty ? [] : [one];
    const nested = withoutHidden(one.classifications, category.classifications ?? [], chosen);
    return isEmpty && nested.length === 0 ? [] : [{ ...one, classifications: nested }];
  });
}

function blank({ schemaId, tool, title }: Category): Given {
  return { schemaId, tool, title, classifications: [] };
}

function writeAnswer(category: Category, chosen: string[]): unknown {
  return takesMany(category) ? chosen : (chosen[0] ?? '');
}

/** What was chosen, as the ids of options: answers that came from elsewhere may hold their values. */
function idsOf(category: Category, answer: unknown): string[] {
  const options = optionsOf(category);
  return chosenOf(answer).map(
    (one) =>
      options.find(({ schemaId }) => schemaId === one)?.schemaId ??
      options.find(({ value }) => value === one)?.schemaId ??
      one,
  );
}

function chosenOf(answer: unknown): string[] {
  if (answer === undefined || answer === null || answer === '') return [];
  return (Array.isArray(answer) ? answer : [answer]).map(String);
}
