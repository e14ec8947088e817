// The editor without a screen: document, history, selection, view and the tool in hand. Commands, tools and layers all meet here.
import { readAnswer, relationsWithout, writeAnswer } from './document/answer';
import { Document, type Operation } from './document/document';
import { History } from './document/history';
import { isLocked, objectIdOf, schemaIdOf, type EditorObject } from './document/object';
import { boundsOfShape, isShapeKind } from './geometry/kinds';
import { union, type Bounds, type Point, type Size } from './geometry/point';
import type { Shape } from './geometry/shape';
import { Checker, type Problem } from './schema/check';
import { readSchema, type ObjectClass, type Schema } from './schema/schema';
import { HandTool } from './tools/hand';
import { makeTool } from './tools/make';
import { isDrawing, type PointerInput, type Tool, type ToolId } from './tools/tool';
import { Grid } from './view/grid';
import { hitObject } from './view/hit';
import { View } from './view/view';
import { words } from './words';

/** What changed since listeners were last told. */
export type Aspect = 'document' | 'selection' | 'view' | 'tool' | 'look' | 'hidden' | 'hover' | 'pointer';

export type Look = Readonly<{ brightness: number; contrast: number; opacity: number }>;
export const PLAIN_LOOK: Look = { brightness: 1, contrast: 1, opacity: 1 };

/** What is being dragged and not yet in the document. */
export type Preview =
  | Readonly<{ type: 'move'; keys: readonly number[]; by: Point }>
  | Readonly<{ type: 'shape'; key: number; shape: Shape }>;

export type CoreOptions = Readonly<{
  width: number;
  height: number;
  schema: unknown;
  answer: unknown;
  readOnly?: boolean;
  /** Who draws: goes into the metadata of new objects. */
  author?: string;
  now: () => number;
  newId: () => string;
}>;

/** How near the pointer has to come, in screen pixels. */
export const REACH_PX = 8;

export class Core {
  readonly size: Size;
  readonly schema: Schema;
  readonly view: View;
  readonly readOnly: boolean;
  readonly now: () => number;
  readonly newId: () => string;
  readonly author: string | undefined;
  document!: Document;
  history!: History;
  grid!: Grid;
  selection: ReadonlySet<number> = new Set();
  /** The vertex that keys act on, of the one selected shape. */
  vertex: number | null = null;
  hovered: number | null = null;
  hidden: ReadonlySet<number> = new Set();
  look: Look = PLAIN_LOOK;
  pointer: Point | null = null;
  /** The cursor of those who draw by keyboard; null while the pointer is used. */
  crosshair: Point | null = null;
  preview: Preview | null = null;
  tool: Tool;
  /** The hand while Space or the middle button holds it: the tool keeps what it has begun. */
  hand: HandTool | null = null;
  classId: string | null = null;
  /** Counts every change of the document, undone ones too. */
  revision = 0;
  says = '';
  #checker: Checker;
  #problems: { revision: number; list: readonly Problem[] } | null = null;
  #keys = 0;
  #listeners = new Set<(aspect: Aspect) => void>();
  #watchers = new Set<(before: EditorObject | null, after: EditorObject | null) => void>();
  #lastClass = new Map<string, string>();

  constructor(options: CoreOptions) {
    this.size = { width: options.width, height: options.height };
    this.readOnly = options.readOnly ?? false;
    this.now = options.now;
    this.newId = options.newId;
    this.author = options.author;
    this.schema = readSchema(options.schema);
    this.view = new View(this.size, () => this.tell('view'));
    this.#checker = new Checker(this.schema, this.size);
    this.#open(options.answer);
    this.tool = makeTool('select', this);
    this.classId = this.schema.classes.find(({ tool }) => isShapeKind(tool))?.schemaId ?? null;
  }

  nextKey = (): number => ++this.#keys;

  #open(answer: unknown) {
    this.document = new Document(readAnswer(answer, this.nextKey));
    this.history = new History(this.document);
    this.grid = new Grid(this.size);
    for (const { key, shape } of this.document.objects) if (shape) this.grid.set(key, boundsOfShape(shape));
    this.document.watch((before, after) => {
      if (after?.shape) this.grid.set(after.key, boundsOfShape(after.shape));
      else if (before) this.grid.delete(before.key);
      for (const watcher of this.#watchers) watcher(before, after);
    });
  }

  /** Another answer in place of this one, as after a conflict: the history ends here. */
  replaceAnswer(answer: unknown): void {
    this.tool.cancel();
    const ids = new Set([...this.hidden].flatMap((key) => this.idOf(key) ?? []));
    const before = this.document.objects;
    this.#open(answer);
    this.hidden = new Set(
      this.document.objects.filter((one) => ids.has(objectIdOf(one))).map(({ key }) => key),
    );
    this.selection = new Set();
    this.vertex = this.hovered = this.preview = null;
    for (const watcher of this.#watchers) {
      for (const object of before) watcher(object, null);
      for (const object of this.document.objects) watcher(null, object);
    }
    this.revision++;
    for (const aspect of ['document', 'hidden', 'selection', 'hover'] as const) this.tell(aspect);
  }

  toAnswer = () => writeAnswer(this.document);

  problems(): readonly Problem[] {
    if (this.#problems?.revision !== this.revision) {
      this.#problems = { revision: this.revision, list: this.#checker.check(this.document) };
    }
    return this.#problems.list;
  }

  problemsOf = (object: EditorObject): readonly Problem[] => this.#checker.ofObject(object);

  listen(listener: (aspect: Aspect) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watchObjects(watcher: (before: EditorObject | null, after: EditorObject | null) => void): void {
    this.#watchers.add(watcher);
  }

  tell(aspect: Aspect): void {
    for (const listener of this.#listeners) listener(aspect);
  }

  say(text: string): void {
    this.says = text;
    this.tell('tool');
  }

  // ---- the document

  /** One step of the history. What is selected afterwards is said, or stays. */
  change(
    label: string,
    operations: readonly Operation[],
    { select, mergeKey }: { select?: readonly number[]; mergeKey?: string } = {},
  ): void {
    if (this.readOnly || operations.length === 0) return;
    const before = [...this.selection];
    const after = select ?? before;
    this.history.run(label, operations, { before, after, nowMs: this.now(), mergeKey });
    this.#changed(after);
  }

  undo(): void {
    const label = this.history.undoLabel;
    const selection = this.history.undo();
    if (!selection || !label) return;
    this.#changed(selection);
    this.say(words.says.undone(label));
  }

  redo(): void {
    const label = this.history.redoLabel;
    const selection = this.history.redo();
    if (!selection || !label) return;
    this.#changed(selection);
    this.say(words.says.redone(label));
  }

  #changed(selection: readonly number[]) {
    this.revision++;
    this.tell('document');
    this.select(selection, { vertex: selection.length === 1 ? this.vertex : null });
    if (this.hovered !== null && !this.document.find(this.hovered)) this.hover(null);
  }

  remove(keys: readonly number[], label: string): void {
    const objects = keys.flatMap((key) => this.document.find(key) ?? []).filter((one) => !isLocked(one));
    const ids = new Set<unknown>(objects.map(objectIdOf).filter(Boolean));
    const relations = relationsWithout(this.document.relations, ids);
    const operations: Operation[] = objects.map(({ key }) => ({ type: 'remove', key }));
    if (relations !== this.document.relations) operations.push({ type: 'relations', value: relations });
    const gone = new Set(objects.map(({ key }) => key));
    this.change(label, operations, { select: keys.filter((key) => !gone.has(key)) });
  }

  idOf(key: number): string | undefined {
    const object = this.document.find(key);
    return object && (objectIdOf(object) || undefined);
  }

  // ---- what is selected, hovered, hidden

  select(keys: Iterable<number>, { vertex = null }: { vertex?: number | null } = {}): void {
    const selection = new Set([...keys].filter((key) => this.document.find(key)));
    const isSame =
      selection.size === this.selection.size && [...selection].every((key) => this.selection.has(key));
    if (isSame && vertex === this.vertex) return;
    this.selection = isSame ? this.selection : selection;
    this.vertex = vertex;
    this.tell('selection');
  }

  /** The selected objects from back to front. */
  get selected(): readonly EditorObject[] {
    const places = (one: EditorObject) => this.document.place(one.key);
    return [...this.selection]
      .flatMap((key) => this.document.find(key) ?? [])
      .sort((a, b) => places(a) - places(b));
  }

  /** The one selected object, if it is one and can be seen. */
  get only(): EditorObject | null {
    const [key, ...more] = this.selection;
    if (key === undefined || more.length > 0 || this.hidden.has(key)) return null;
    return this.document.find(key) ?? null;
  }

  isShown = (key: number): boolean => !this.hidden.has(key);

  canEdit = (object: EditorObject): boolean => !this.readOnly && !isLocked(object);

  setHidden(hidden: ReadonlySet<number>): void {
    this.hidden = hidden;
    this.tell('hidden');
  }

  hover(key: number | null): void {
    if (this.hovered === key) return;
    this.hovered = key;
    this.tell('hover');
  }

  hitAt = (at: Point): number | null =>
    hitObject(this.document, this.grid, at, this.reach(REACH_PX / 2), this.isShown);

  /** Screen pixels as image pixels at the present zoom. */
  reach = (screenPx: number): number => screenPx / this.view.now.scale;

  boundsOfSelection(): Bounds | null {
    const all = this.selected.flatMap(({ shape }) => (shape ? [boundsOfShape(shape)] : []));
    return all.length > 0 ? all.reduce(union) : null;
  }

  // ---- tools and classes

  classOf = (object: EditorObject): ObjectClass | undefined => this.schema.classOf.get(schemaIdOf(object));

  get objectClass(): ObjectClass | null {
    return (this.classId !== null && this.schema.classOf.get(this.classId)) || null;
  }

  /** The class that a tool would draw: the chosen one, or the last one drawn with it, or the schema's first. */
  classFor(tool: ToolId): ObjectClass | null {
    const fits = (one: ObjectClass | null | undefined) => (one?.tool === tool ? one : null);
    const last = this.#lastClass.get(tool);
    return (
      fits(this.objectClass) ??
      fits(last === undefined ? null : this.schema.classOf.get(last)) ??
      this.schema.classes.find((one) => one.tool === tool) ??
      null
    );
  }

  setTool(id: ToolId): void {
    if (isDrawing(id)) {
      const objectClass = this.readOnly ? null : this.classFor(id);
      if (!objectClass) return;
      this.classId = objectClass.schemaId;
      this.#lastClass.set(id, objectClass.schemaId);
    }
    if (this.tool.id !== id) {
      this.tool.cancel();
      this.tool = makeTool(id, this);
      this.vertex = this.preview = null;
      this.hover(null);
      this.tell('selection');
    }
    this.tell('tool');
  }

  /** Choosing a class takes its tool in hand. What is half drawn goes on in the new class when the tool fits. */
  setClass(schemaId: string): void {
    const objectClass = this.schema.classOf.get(schemaId);
    if (!objectClass) return;
    this.classId = schemaId;
    if (isDrawing(objectClass.tool) && !this.readOnly) this.setTool(objectClass.tool);
    else this.tell('tool');
  }

  setPreview(preview: Preview | null): void {
    this.preview = preview;
    this.tell('tool');
  }

  setLook(look: Partial<Look>): void {
    this.look = { ...this.look, ...look };
    this.tell('look');
  }

  // ---- the pointer, wherever it comes from

  point(input: PointerInput): void {
    if (!input.isKeyboard) {
      this.pointer = input.at;
      if (this.crosshair) this.crosshair = null;
    }
    (this.hand ?? this.tool)[input.type](input);
    this.tell('pointer');
  }

  holdHand(isHeld: boolean): void {
    if (isHeld === (this.hand !== null)) return;
    this.hand = isHeld ? new HandTool(this) : null;
    this.tell('tool');
  }

  leave(): void {
    this.pointer = null;
    this.hover(null);
    this.tell('pointer');
  }
}
