// The JSON of a category schema as it is edited: everything that its author wrote stays, also what is not known here.

export type OptionJson = { value: string; schemaId: string; [more: string]: unknown };
export type BranchJson = { title: string; key: string; children: BranchJson[]; [more: string]: unknown };

export type CategoryJson = {
  tool: string;
  title: string;
  schemaId: string;
  classifications: CategoryJson[];
  options: OptionJson[];
  treeOptions?: BranchJson[];
  required?: boolean;
  color?: string | null;
  shortcutKey?: string | null;
  parentOptionId?: string | null;
  regex?: string | null;
  [more: string]: unknown;
};

export type SchemaJson = {
  tools: CategoryJson[];
  classifications: CategoryJson[];
  relations: CategoryJson[];
  [more: string]: unknown;
};

/** The tools that the labeling editor draws with; only these are offered for new classes. */
export const DRAWN_TOOLS = ['polygon', 'bounding-box', 'polyline', 'point'] as const;
export const QUESTIONS = [
  'radio',
  'checkbox',
  'single-dropdown',
  'multi-dropdown',
  'tree-dropdown',
  'text',
  'boolean',
] as const;
export const SHORTCUTS: readonly string[] = [
  ...'1234567890abcdefghijk',
  ...[...'1234567890'].map((digit) => `ctrl+${digit}`),
];

const CHOICES = new Set(['radio', 'checkbox', 'single-dropdown', 'multi-dropdown', 'rank']);
/** Far apart from each other on photographs, given out in turn. */
const COLORS = ['#E5484D', '#30A46C', '#0090FF', '#F5A524', '#AB4ABA', '#00A2C7', '#F76B15', '#978365'];

export const hasOptions = (category: CategoryJson) =>
  CHOICES.has(category.tool) || category.options.some(() => category.tool !== 'tree-dropdown');
export const isTree = (category: CategoryJson) => category.tool === 'tree-dropdown';

export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function newClass(tool: string, existing: number): CategoryJson {
  const color = COLORS[existing % COLORS.length] ?? '#E5484D';
  return { ...bare(tool), color, shortcutKey: existing < 9 ? String(existing + 1) : '' };
}

export function newQuestion(tool: string): CategoryJson {
  const question = bare(tool);
  if (CHOICES.has(tool)) question.options = [newOption(), newOption()];
  if (tool === 'tree-dropdown') question.treeOptions = [newBranch()];
  return question;
}

export const newOption = (): OptionJson => ({ value: '', schemaId: newId() });
export const newBranch = (): BranchJson => {
  const key = newId();
  return { title: '', key, value: key, children: [] };
};

function bare(tool: string): CategoryJson {
  return {
    tool,
    title: '',
    schemaId: newId(),
    required: false,
    columnField: false,
    classifications: [],
    options: [],
  };
}

type Loose = Record<string, unknown>;
const isObject = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectsOf = (value: unknown): Loose[] => (Array.isArray(value) ? value.filter(isObject) : []);
const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** A copy to edit, in which every list and every id is there. */
export function toDraft(json: unknown): SchemaJson {
  const schema = isObject(json) ? (JSON.parse(JSON.stringify(json)) as Loose) : {};
  return {
    ...schema,
    tools: objectsOf(schema.tools).map(category),
    classifications: objectsOf(schema.classifications).map(category),
    relations: objectsOf(schema.relations).map(category),
  };
}

function category(json: Loose): CategoryJson {
  const options = objectsOf(json.options).map((option) => ({
    ...option,
    value: textOf(option.value),
    schemaId: textOf(option.schemaId) || newId(),
  }));
  const read: CategoryJson = {
    ...json,
    tool: textOf(json.tool),
    title: textOf(json.title),
    schemaId: textOf(json.schemaId) || newId(),
    classifications: objectsOf(json.classifications).map(category),
    options,
  };
  if (read.tool === 'tree-dropdown') read.treeOptions = objectsOf(json.treeOptions).map(branch);
  return read;
}

function branch(json: Loose): BranchJson {
  const key = textOf(json.key) || textOf(json.schemaId) || newId();
  return { ...json, title: textOf(json.title), key, children: objectsOf(json.children).map(branch) };
}

/** The JSON to send: trees are repeated as flat options with their whole path, as other programs expect them. */
export function toJson(schema: SchemaJson): SchemaJson {
  const written = JSON.parse(JSON.stringify(schema)) as SchemaJson;
  for (const list of [written.tools, written.classifications, written.relations]) list.forEach(flattenTrees);
  return written;
}

function flattenTrees(category: CategoryJson) {
  if (isTree(category)) category.options = flat(category.treeOptions ?? [], '');
  category.classifications.forEach(flattenTrees);
}

function flat(branches: BranchJson[], above: string): OptionJson[] {
  return branches.flatMap(({ title, key, children }) => {
    const value = above ? `${above} / ${title}` : title;
    return [{ value, schemaId: key }, ...flat(children, value)];
  });
}

/** What has to be mended before the schema can be sent, by the id of what it is about. */
export function mistakes(
  schema: SchemaJson,
  untitled: ReadonlySet<string>,
): Map<string, 'title' | 'value' | 'twice'> {
  const found = new Map<string, 'title' | 'value' | 'twice'>();
  const branches = (list: BranchJson[]) => {
    for (const { title, key, children } of list) {
      if (!title.trim()) found.set(key, 'value');
      branches(children);
    }
  };
  const look = (one: CategoryJson) => {
    if (!one.title.trim() && !untitled.has(one.schemaId)) found.set(one.schemaId, 'title');
    const values = new Set<string>();
    for (const { value, schemaId } of isTree(one) ? [] : one.options) {
      if (!value.trim()) found.set(schemaId, 'value');
      else if (values.has(value)) found.set(schemaId, 'twice');
      values.add(value);
    }
    branches(one.treeOptions ?? []);
    one.classifications.forEach(look);
  };
  [...schema.tools, ...schema.classifications, ...schema.relations].forEach(look);
  return found;
}

/** Whether one of these ids belongs to something under a category. */
export function holds(category: CategoryJson, ids: ReadonlyMap<string, unknown>): boolean {
  const inBranches = (list: BranchJson[]): boolean =>
    list.some(({ key, children }) => ids.has(key) || inBranches(children));
  return (
    category.options.some(({ schemaId }) => ids.has(schemaId)) ||
    inBranches(category.treeOptions ?? []) ||
    category.classifications.some((one) => ids.has(one.schemaId) || holds(one, ids))
  );
}

/** Categories that came without a title: they may stay so. */
export function untitledIn(schema: SchemaJson): Set<string> {
  const all = (list: CategoryJson[]): CategoryJson[] =>
    list.flatMap((one) => [one, ...all(one.classifications)]);
  const categories = all([...schema.tools, ...schema.classifications, ...schema.relations]);
  return new Set(categories.filter(({ title }) => !title.trim()).map(({ schemaId }) => schemaId));
}
