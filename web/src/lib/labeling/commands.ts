// The commands of the labeling page as the shortcut sheet shows them: the engine's own, then those of the task.
import type { Stage } from '$lib/api/tasks';
import type { Command } from '$lib/commands/commands.svelte';
import type { Editor } from '$lib/editor';
import { words } from '$lib/words/labeling';
import type { Intent } from './kept';

type Acts = {
  /** The stage whose end may be decided here; undefined when none may. */
  stage: Stage | undefined;
  finish: (intent: Exclude<Intent, 'draft'>) => void;
  save: () => void;
  skip: (() => void) | null;
  panels: () => void;
};

export function editorCommands(editor: Editor | null, acts: Acts): Command[] {
  const { group, submit, save, skip, reject, panels } = words.commands;
  const main = () => {
    if (acts.stage === 'Label') acts.finish('submit');
    if (acts.stage === 'Review') acts.finish((editor?.state.get().revision ?? 0) > 0 ? 'Fixed' : 'Accepted');
  };
  const own: Command[] = [
    { id: 'task-save', label: save, group, keys: 'Ctrl+S', run: acts.save },
    { id: 'task-panels', label: panels, group, keys: 't', run: acts.panels },
  ];
  if (acts.stage) {
    const anywhere = words.commands.submitAnywhere;
    own.unshift(
      { id: 'task-submit', label: submit, group, keys: 'Enter', run: main },
      { id: 'task-submit-held', label: anywhere, group, keys: 'Ctrl+Enter', run: main },
    );
  }
  if (acts.skip) own.push({ id: 'task-skip', label: skip, group, keys: 'Shift+S', run: acts.skip });
  if (acts.stage === 'Review') {
    own.push({
      id: 'task-reject',
      label: reject,
      group,
      keys: 'Shift+E',
      run: () => acts.finish('Rejected'),
    });
  }
  return [...own, ...engineCommands(editor)];
}

/** The engine listens to its keys itself, before the page does: here they are only told. */
function engineCommands(editor: Editor | null): Command[] {
  let isTold = false;
  return (editor?.commands ?? []).flatMap(({ id, label, groupLabel, keys, run }) => {
    const [first] = keys;
    if (!first) return [];
    if (!id.startsWith('class.hovered.')) {
      return [{ id: `editor-${id}`, label, group: groupLabel, keys: first, run, onlyTold: true }];
    }
    // Alt with the key of a class: told once, not once for each class.
    if (isTold) return [];
    isTold = true;
    return [
      {
        id: `editor-${id}`,
        label: words.commands.hovered,
        group: groupLabel,
        keys: first,
        run,
        onlyTold: true,
      },
    ];
  });
}
