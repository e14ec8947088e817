// Commands that change objects: undo, clipboard, deletion, class, lock, order, vertices.
import { copy, duplicate, hasClip, paste } from '../actions/clipboard';
import {
  canRemove,
  insertVertex,
  removeVertex,
  restack,
  stepObject,
  stepVertex,
  toggleHidden,
  toggleLock,
} from '../actions/edit';
import type { Core } from '../core';
import { schemaIdOf } from '../document/object';
import { isDrawing } from '../tools/tool';
import { words } from '../words';
import type { CommandDefinition } from './command';

const { commands: labels, steps } = words;
const isDrawingNow = (core: Core) => core.tool.isBusy && isDrawing(core.tool.id);
const hasSelection = (core: Core) => core.selection.size > 0;
const canChange = (core: Core) => !core.tool.isBusy && core.selected.some(core.canEdit);
const hasVertex = (core: Core) => core.tool.id === 'select' && core.vertex !== null;
const canLock = (core: Core) => !core.readOnly && hasSelection(core);

/** What H means: the selection, else what is under the pointer. */
const meant = (core: Core): readonly number[] =>
  core.selection.size > 0 ? [...core.selection] : core.hovered !== null ? [core.hovered] : [];

const unknownKeys = (core: Core) =>
  core.document.objects.filter((one) => !core.schema.classOf.has(schemaIdOf(one))).map(({ key }) => key);

export const editCommands: readonly CommandDefinition[] = [
  {
    id: 'edit.undo',
    label: labels.undo,
    group: 'edit',
    keys: ['Ctrl+Z'],
    enabled: (core) => isDrawingNow(core) || core.history.undoLabel !== null,
    // While something is drawn, its last point is what was done last.
    run: (core) => (isDrawingNow(core) ? core.tool.back() : core.undo()),
  },
  {
    id: 'edit.redo',
    label: labels.redo,
    group: 'edit',
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
    enabled: (core) => !core.tool.isBusy && core.history.redoLabel !== null,
    run: (core) => core.redo(),
  },
  {
    id: 'edit.copy',
    label: labels.copy,
    group: 'edit',
    keys: ['Ctrl+C'],
    enabled: hasSelection,
    run: copy,
  },
  {
    id: 'edit.cut',
    label: labels.cut,
    group: 'edit',
    keys: ['Ctrl+X'],
    enabled: canChange,
    run(core) {
      copy(core);
      core.remove([...core.selection], steps.delete);
    },
  },
  {
    id: 'edit.paste',
    label: labels.paste,
    group: 'edit',
    keys: ['Ctrl+V'],
    enabled: (core) => !core.readOnly && !core.tool.isBusy && hasClip(),
    run: paste,
  },
  {
    id: 'edit.duplicate',
    label: labels.duplicate,
    group: 'edit',
    keys: ['Ctrl+D'],
    enabled: (core) => !core.readOnly && !core.tool.isBusy && hasSelection(core),
    run: duplicate,
  },
  {
    id: 'edit.delete',
    label: labels.delete,
    group: 'edit',
    keys: ['Delete', 'Backspace'],
    enabled: canChange,
    run: (core) => (canRemove(core) ? removeVertex(core) : core.remove([...core.selection], steps.delete)),
  },
  {
    id: 'edit.selectAll',
    label: labels.selectAll,
    group: 'edit',
    keys: ['Ctrl+A'],
    enabled: (core) => !core.tool.isBusy && core.document.count > 0,
    run(core) {
      core.setTool('select');
      const shown = core.document.objects.filter(({ key, shape }) => shape && core.isShown(key));
      core.select(shown.map(({ key }) => key));
    },
  },
];

export const objectCommands: readonly CommandDefinition[] = [
  {
    id: 'object.next',
    label: labels.next,
    group: 'objects',
    keys: [']'],
    enabled: (core) => core.document.count > 0,
    run: (core) => stepObject(core, 1),
  },
  {
    id: 'object.previous',
    label: labels.previous,
    group: 'objects',
    keys: ['['],
    enabled: (core) => core.document.count > 0,
    run: (core) => stepObject(core, -1),
  },
  {
    id: 'object.hide',
    label: labels.hide,
    group: 'objects',
    keys: ['h'],
    enabled: (core) => meant(core).length > 0,
    run: (core) => toggleHidden(core, meant(core)),
  },
  {
    id: 'object.showAll',
    label: labels.showAll,
    group: 'objects',
    keys: ['Shift+H'],
    enabled: (core) => core.hidden.size > 0,
    run: (core) => core.setHidden(new Set()),
  },
  {
    id: 'object.hideUnknown',
    label: labels.hideUnknown,
    group: 'objects',
    keys: [],
    enabled: (core) => unknownKeys(core).some((key) => !core.hidden.has(key)),
    run: (core) => core.setHidden(new Set([...core.hidden, ...unknownKeys(core)])),
  },
  {
    id: 'object.lock',
    label: labels.lock,
    group: 'objects',
    keys: ['Shift+L'],
    enabled: canLock,
    run: (core) => toggleLock(core, core.selected),
  },
  {
    id: 'object.toFront',
    label: labels.toFront,
    group: 'objects',
    keys: ['}'],
    enabled: canChange,
    run: (core) => restack(core, core.selected, true),
  },
  {
    id: 'object.toBack',
    label: labels.toBack,
    group: 'objects',
    keys: ['{'],
    enabled: canChange,
    run: (core) => restack(core, core.selected, false),
  },
  {
    id: 'vertex.next',
    label: labels.nextVertex,
    group: 'objects',
    keys: ['.'],
    enabled: (core) => core.tool.id === 'select' && core.only !== null,
    run: (core) => stepVertex(core, 1),
  },
  {
    id: 'vertex.previous',
    label: labels.previousVertex,
    group: 'objects',
    keys: [','],
    enabled: (core) => core.tool.id === 'select' && core.only !== null,
    run: (core) => stepVertex(core, -1),
  },
  {
    id: 'vertex.insert',
    label: labels.insertVertex,
    group: 'objects',
    keys: ['Insert', 'i'],
    enabled: (core) => !core.readOnly && hasVertex(core),
    run: insertVertex,
  },
];
