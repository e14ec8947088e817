// The category schema as the editor reads it: classes with their tools, questions with their options. Never written back.
import { isObject, objectsOf, textOf, type JsonObject } from '../document/json';

export type Option = Readonly<{
  /** What an answer holds: the option's schemaId, or its value where it has none. */
  id: string;
  value: string;
  /** How deep it stands in a tree, and the options above it. */
  depth: number;
  above: readonly string[];
}>;

export type Question = Readonly<{
  schemaId: string;
  /** radio, checkbox, single-dropdown, multi-dropdown, tree-dropdown, text, boolean … */
  tool: string;
  title: string;
  isRequired: boolean;
  isMany: boolean;
  options: readonly Option[];
  regex: string | null;
  /** The option that makes this question appear; null: it is always there. */
  parentOptionId: string | null;
  questions: readonly Question[];
  showDropdown: boolean;
  richText: boolean;
  columnField: boolean;
}>;

export type ObjectClass = Readonly<{
  schemaId: string;
  tool: string;
  title: string;
  color: string;
  isRequired: boolean;
  /** As the schema writes it: "1", "ctrl+1", "a". */
  shortcutKey: string | null;
  questions: readonly Question[];
}>;

export type Schema = Readonly<{
  classes: readonly ObjectClass[];
  questions: readonly Question[];
  classOf: ReadonlyMap<string, ObjectClass>;
}>;

export const UNKNOWN_COLOR = '#8a8a99';
const MANY = new Set(['checkbox', 'multi-dropdown', 'tree-dropdown', 'rank']);
/** For classes without a colour: apart from each other on photographs, and for most kinds of colour blindness. */
const COLORS = ['#4c9aff', '#ff8b3d', '#36b37e', '#e056a0', '#ffc400', '#00b8d9', '#9b6dff', '#ff5630'];

export function readSchema(json: unknown): Schema {
  const { tools, classifications } = isObject(json) ? json : {};
  const classes = objectsOf(tools).map(readClass);
  return {
    classes,
    questions: objectsOf(classifications).map(readQuestion),
    classOf: new Map(classes.map((one) => [one.schemaId, one])),
  };
}

function readClass(json: JsonObject, index: number): ObjectClass {
  const color = textOf(json.color);
  return {
    schemaId: textOf(json.schemaId) ?? '',
    tool: textOf(json.tool) ?? '',
    title: textOf(json.title) ?? '',
    color: color && /^#[\da-f]{6}$/i.test(color) ? color : (COLORS[index % COLORS.length] ?? UNKNOWN_COLOR),
    isRequired: json.required === true,
    shortcutKey: textOf(json.shortcutKey)?.trim().toLowerCase() || null,
    questions: objectsOf(json.classifications).map(readQuestion),
  };
}

function readQuestion(json: JsonObject): Question {
  const tool = textOf(json.tool) ?? '';
  return {
    schemaId: textOf(json.schemaId) ?? '',
    tool,
    title: textOf(json.title) ?? '',
    isRequired: json.required === true,
    isMany: MANY.has(tool),
    options: readOptions(json, tool),
    regex: textOf(json.regex) || null,
    parentOptionId: textOf(json.parentOptionId) || null,
    questions: objectsOf(json.classifications).map(readQuestion),
    showDropdown: json.showDropdown === true,
    richText: json.richText === true,
    columnField: json.columnField === true,
  };
}

function readOptions(json: JsonObject, tool: string): readonly Option[] {
  const flat = objectsOf(json.options).map((option): Option => {
    const value = textOf(option.value) ?? '';
    return { id: textOf(option.schemaId) || value, value, depth: 0, above: [] };
  });
  if (tool === 'boolean' && flat.length === 0) {
    return ['true', 'false'].map((value) => ({ id: value, value, depth: 0, above: [] }));
  }
  const tree = objectsOf(json.treeOptions);
  if (tree.length === 0) return flat;
  // A tree's options also come flattened, with the whole path as their value: then those carry the ids.
  const idOfPath = new Map(flat.map(({ id, value }) => [value, id]));
  return readBranches(tree, [], [], idOfPath);
}

function readBranches(
  branches: readonly JsonObject[],
  path: readonly string[],
  above: readonly string[],
  idOfPath: ReadonlyMap<string, string>,
): Option[] {
  return branches.flatMap((branch) => {
    const name = textOf(branch.title) ?? textOf(branch.value) ?? '';
    const here = [...path, name];
    const value = here.join(' / ');
    const id = idOfPath.get(value) ?? value;
    const option: Option = { id, value, depth: path.length, above };
    return [option, ...readBranches(objectsOf(branch.children), here, [...above, id], idOfPath)];
  });
}
