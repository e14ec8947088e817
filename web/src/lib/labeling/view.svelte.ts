// The engine's editor as components read it: its newest state, and one editor for each task that is shown.
import { createEditor, type Editor, type EditorState } from '$lib/editor';
import type { Answer, Task } from '$lib/api/tasks';
import { commands } from '$lib/commands/commands.svelte';
import type { LoadedPicture } from './picture';

type Shown = {
  task: Task;
  answer: Task['answer'];
  picture: LoadedPicture;
  schema: unknown;
  author: string;
  readOnly: boolean;
  onchange: (answer: () => Answer) => void;
};

export class EditorView {
  editor = $state.raw<Editor | null>(null);
  state = $state.raw<EditorState | null>(null);

  /** Puts a task into the host; the returned function takes it out again. */
  show(host: HTMLElement, { answer, picture, schema, author, readOnly, onchange }: Shown): () => void {
    const editor = createEditor({
      host,
      picture: picture.image,
      width: picture.width,
      height: picture.height,
      schema,
      answer,
      author,
      readOnly,
      isWanted: (event) => commands.completes(event),
    });
    const forget = editor.state.subscribe((state) => (this.state = state));
    // The engine's answers never change, so the newest can be written out whenever somebody needs it.
    const ignore = editor.on('change', () => onchange(() => editor.toAnswer() as unknown as Answer));
    this.editor = editor;
    editor.focus();
    return () => {
      ignore();
      forget();
      editor.destroy();
      this.editor = null;
      this.state = null;
    };
  }
}
