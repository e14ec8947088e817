// What a page shows of an editor: one immutable snapshot after the other, made only when somebody looks.
import type { Core, Look } from './core';
import { classKeys } from './commands/classes';
import { takesEnter } from './commands/tools';
import { isLocked, objectIdOf, schemaIdOf, titleOf, type EditorObject } from './document/object';
import { isShapeKind } from './geometry/kinds';
import type { Point } from './geometry/point';
import type { ShapeKind } from './geometry/shape';
import type { Problem } from './schema/check';
import { UNKNOWN_COLOR } from './schema/schema';
import type { ToolId } from './tools/tool';
import { words } from './words';

export type ObjectRow = Readonly<{
  /** Names the object within this editor; object ids need not be distinct. */
  key: number;
  objectId: string;
  schemaId: string;
  kind: ShapeKind | null;
  /** The class's title; "Unknown" where the schema has no such class. */
  title: string;
  /** Counts the objects of a class: "car 2". */
  number: number;
  color: string;
  isUnknown: boolean;
  isHidden: boolean;
  isLocked: boolean;
  problems: readonly Problem[];
}>;

export type ClassRow = Readonly<{
  schemaId: string;
  title: string;
  color: string;
  tool: string;
  key: string | null;
  isRequired: boolean;
  /** Whether this editor can draw it. */
  isUsable: boolean;
  count: number;
}>;

export type EditorState = Readonly<{
  tool: ToolId;
  /** The state of the tool's machine: "idle", "drawing" … */
  toolState: string;
  isDrawing: boolean;
  classId: string | null;
  classes: readonly ClassRow[];
  /** From the back to the front of the picture. */
  objects: readonly ObjectRow[];
  selection: readonly number[];
  vertex: number | null;
  hovered: number | null;
  /** Screen pixels for an image pixel; 1 is 100 %. */
  zoom: number;
  isFit: boolean;
  pointer: Point | null;
  hasCrosshair: boolean;
  /** Whether Enter places, finishes or takes hold of something here; else the page may use it. */
  takesEnter: boolean;
  look: Look;
  canUndo: boolean;
  canRedo: boolean;
  undoLabel: string | null;
  redoLabel: string | null;
  problems: readonly Problem[];
  /** Grows with every change of the answer. */
  revision: number;
  readOnly: boolean;
  /** What a screen reader should say now. */
  says: string;
}>;

type Kept = { row: ObjectRow; object: EditorObject; isHidden: boolean; number: number };

export class Snapshots {
  #core: Core;
  #rows = new Map<number, Kept>();
  #list: {
    revision: number;
    hidden: unknown;
    rows: readonly ObjectRow[];
    classes: readonly ClassRow[];
  } | null = null;
  #keys: ReadonlyMap<string, string>;

  constructor(core: Core) {
    this.#core = core;
    this.#keys = classKeys(core.schema);
  }

  take(): EditorState {
    const core = this.#core;
    const { history, tool, view } = core;
    const { rows, classes } = this.#lists();
    return {
      tool: tool.id,
      toolState: tool.state,
      isDrawing: tool.isBusy,
      classId: core.classId,
      classes,
      objects: rows,
      selection: [...core.selection],
      vertex: core.vertex,
      hovered: core.hovered,
      zoom: view.now.scale,
      isFit: view.isFit,
      pointer: core.pointer,
      hasCrosshair: core.crosshair !== null,
      takesEnter: takesEnter(core),
      look: core.look,
      canUndo: history.undoLabel !== null,
      canRedo: history.redoLabel !== null,
      undoLabel: history.undoLabel,
      redoLabel: history.redoLabel,
      problems: core.problems(),
      revision: core.revision,
      readOnly: core.readOnly,
      says: core.says,
    };
  }

  #lists() {
    const core = this.#core;
    const { revision, hidden } = core;
    if (this.#list?.revision !== revision || this.#list.hidden !== hidden) {
      const counts = new Map<string, number>();
      const before = this.#rows;
      this.#rows = new Map();
      const rows = core.document.objects.map((object) => {
        const schemaId = schemaIdOf(object);
        const number = (counts.get(schemaId) ?? 0) + 1;
        counts.set(schemaId, number);
        return this.#row(before.get(object.key), object, number);
      });
      this.#list = { revision, hidden, rows, classes: this.#classes(counts) };
    }
    return this.#list;
  }

  /** The same row as before while nothing in it changed, so that a page redraws only what did. */
  #row(before: Kept | undefined, object: EditorObject, number: number): ObjectRow {
    const core = this.#core;
    const isHidden = core.hidden.has(object.key);
    let kept = before;
    if (kept?.object !== object || kept.isHidden !== isHidden || kept.number !== number) {
      const objectClass = core.classOf(object);
      const row: ObjectRow = {
        key: object.key,
        objectId: objectIdOf(object),
        schemaId: schemaIdOf(object),
        kind: object.shape?.kind ?? null,
        title:
          objectClass?.title ?? (titleOf(object) ? `${words.unknown} (${titleOf(object)})` : words.unknown),
        number,
        color: objectClass?.color ?? UNKNOWN_COLOR,
        isUnknown: !objectClass,
        isHidden,
        isLocked: isLocked(object),
        problems: core.problemsOf(object),
      };
      kept = { row, object, isHidden, number };
    }
    this.#rows.set(object.key, kept);
    return kept.row;
  }

  #classes(counts: ReadonlyMap<string, number>): readonly ClassRow[] {
    return this.#core.schema.classes.map(({ schemaId, title, color, tool, isRequired }) => ({
      schemaId,
      title,
      color,
      tool,
      key: this.#keys.get(schemaId) ?? null,
      isRequired,
      isUsable: isShapeKind(tool),
      count: counts.get(schemaId) ?? 0,
    }));
  }
}
