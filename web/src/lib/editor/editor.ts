// The labeling editor as a page holds it: one object, made for one picture and its answer, and destroyed with it.
import { answer, questionsOf } from './actions/answer';
import { setClassOf, toggleHidden, toggleLock } from './actions/edit';
import type { Command } from './commands/command';
import { Commands } from './commands/commands';
import { Core, type Aspect, type Look } from './core';
import type { Answer } from './document/answer';
import { boundsOfShape } from './geometry/kinds';
import type { Point } from './geometry/point';
import type { ShapeKind } from './geometry/shape';
import { KeyboardListener } from './input/keyboard';
import { PointerListener } from './input/pointer';
import type { Asked, Given } from './schema/questions';
import type { Picture } from './scene/picture';
import { Stage } from './scene/stage';
import { Snapshots, type EditorState } from './state';
import { settle } from './tools/draw';
import type { ToolId } from './tools/tool';
import { words } from './words';

export type EditorOptions = Readonly<{
  /** Gets the canvas as its child, which fills it. */
  host: HTMLElement;
  /** With its orientation applied; null as long as it is not there. */
  picture: Picture | null;
  /** The asset's size as shown. The picture may be a smaller copy. */
  width: number;
  height: number;
  /** `project.categorySchema`. */
  schema: unknown;
  /** A task's answer: `{tools | objects, classifications, relations}`. */
  answer: unknown;
  readOnly?: boolean;
  /** Written into new objects as their creator. */
  author?: string;
  /** Whether a key is the page's now, as the second one of a shortcut of two. */
  isWanted?: (event: KeyboardEvent) => boolean;
  now?: () => number;
  newId?: () => string;
}>;

export type EditorEvent = 'change' | Aspect;

/** A store in the sense of Svelte and others: `subscribe` calls at once and after every change. */
export type EditorStore = Readonly<{
  get: () => EditorState;
  subscribe: (run: (state: EditorState) => void) => () => void;
}>;

export interface Editor {
  readonly commands: readonly Command[];
  readonly state: EditorStore;
  /** The element that takes the focus. */
  readonly element: HTMLElement;
  /** Runs a command by its id; false when there is none or it cannot be run now. */
  run(id: string): boolean;
  /** Runs what a key (`Ctrl+Z`) means now. */
  press(key: string): boolean;
  on(event: EditorEvent, listener: () => void): () => void;
  /** The answer as it is sent: `{tools, classifications, relations, …}`. */
  toAnswer(): Answer;
  replaceAnswer(answer: unknown): void;
  /** Keeps what is being drawn if it is complete; gives the kind of what is open still. */
  settle(): ShapeKind | null;
  setPicture(picture: Picture | null): void;
  setTool(tool: ToolId): void;
  /** Chooses what is drawn next. */
  setClass(schemaId: string): void;
  select(keys: Iterable<number>): void;
  hover(key: number | null): void;
  /** Pans so that an object is seen. */
  reveal(key: number): void;
  remove(keys: readonly number[]): void;
  setClassOf(keys: readonly number[], schemaId: string): void;
  toggleHidden(keys: readonly number[]): void;
  toggleLock(keys: readonly number[]): void;
  /** The questions to be seen now: of an object, or of the task by null. */
  questions(key: number | null): readonly Asked[];
  answer(key: number | null, path: readonly string[], given: Given): void;
  setLook(look: Partial<Look>): void;
  zoomTo(scale: number): void;
  /** Where a place of the picture is on the page, in client coordinates. */
  toClient(at: Point): Point;
  focus(): void;
  destroy(): void;
}

/** 23 hexadecimal characters, as object ids are. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .slice(0, 23);
}

export function createEditor(options: EditorOptions): Editor {
  const { host, picture, now = Date.now, newId = randomId } = options;
  const core = new Core({ ...options, now, newId });
  const stage = new Stage(host, core, picture);
  const commands = new Commands(core);
  const pointer = new PointerListener(core, stage);
  const keyboard = new KeyboardListener(core, commands, stage.root, options.isWanted);
  const objects = (keys: readonly number[]) => keys.flatMap((key) => core.document.find(key) ?? []);
  return {
    commands: commands.list,
    state: storeOf(core),
    element: stage.root,
    run: (id) => commands.run(id),
    press: (key) => commands.press(key),
    on: (event, listener) =>
      core.listen((aspect) => {
        if (aspect === (event === 'change' ? 'document' : event)) listener();
      }),
    toAnswer: () => core.toAnswer(),
    replaceAnswer: (json) => core.replaceAnswer(json),
    settle: () => settle(core),
    setPicture: (next) => stage.setPicture(next),
    setTool: (tool) => core.setTool(tool),
    setClass: (schemaId) => core.setClass(schemaId),
    select: (keys) => core.select(keys),
    hover: (key) => core.hover(key),
    reveal(key) {
      const shape = core.document.find(key)?.shape;
      if (!shape) return;
      const { minX, minY, maxX, maxY } = boundsOfShape(shape);
      core.view.reveal([(minX + maxX) / 2, (minY + maxY) / 2]);
    },
    remove: (keys) => core.remove(keys, words.steps.delete),
    setClassOf: (keys, schemaId) => setClassOf(core, objects(keys), schemaId),
    toggleHidden: (keys) => toggleHidden(core, keys),
    toggleLock: (keys) => toggleLock(core, objects(keys)),
    questions: (key) => questionsOf(core, key),
    answer: (key, path, given) => answer(core, key, path, given),
    setLook: (look) => core.setLook(look),
    zoomTo: (scale) => core.view.zoomTo(scale),
    toClient(at) {
      const { left, top } = stage.corner();
      const [x, y] = core.view.toScreen(at);
      return [x + left, y + top];
    },
    focus: () => stage.root.focus({ preventScroll: true }),
    destroy() {
      keyboard.destroy();
      pointer.destroy();
      stage.destroy();
    },
  };
}

/** Many changes in a row (a drag, a paste) are told once, when they are over. */
function storeOf(core: Core): EditorStore {
  const snapshots = new Snapshots(core);
  const subscribers = new Set<(state: EditorState) => void>();
  let state: EditorState | null = null;
  let isTold = true;
  const get = () => (state ??= snapshots.take());
  core.listen(() => {
    state = null;
    if (!isTold || subscribers.size === 0) return;
    isTold = false;
    queueMicrotask(() => {
      isTold = true;
      for (const run of subscribers) run(get());
    });
  });
  return {
    get,
    subscribe(run) {
      subscribers.add(run);
      run(get());
      return () => subscribers.delete(run);
    },
  };
}
