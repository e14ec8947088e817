// Lists that wait for an answer: they name buckets, and no storage was chosen. They live beside the dialog, so that closing it
// loses none.
import type { ImportChoices } from '$lib/api/imports';

export type Asked = { file: File; buckets: string[]; choices: ImportChoices };

class AskedLists {
  #lists = $state.raw<Record<string, Asked>>({});

  of(projectId: string): Asked | undefined {
    return this.#lists[projectId];
  }

  ask(projectId: string, asked: Asked) {
    this.#lists = { ...this.#lists, [projectId]: asked };
  }

  settle(projectId: string) {
    this.#lists = Object.fromEntries(Object.entries(this.#lists).filter(([id]) => id !== projectId));
  }
}

export const askedLists = new AskedLists();
