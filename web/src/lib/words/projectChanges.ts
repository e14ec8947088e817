// The words of cloning, archiving and deleting a project.
import { counted } from '$lib/format/numbers';

export const words = {
  cloneTitle: (name: string) => `Clone “${name}”`,
  cloneText: 'A new project with the same settings, without assets, tasks and labels.',
  cloneName: 'Name of the new project',
  copyOf: (name: string) => `${name} copy`,
  take: 'What is taken over',
  parts: {
    categorySchema: { label: 'Category schema', detail: 'Tools, questions and relations' },
    assignedTo: { label: 'Members', detail: 'The people, with their roles' },
    batches: { label: 'Batches', detail: 'Their names' },
    projectGeneralSettings: { label: 'General settings', detail: 'The description' },
  },
  cloneAction: 'Clone',
  cloned: (name: string) => `“${name}” was created.`,
  archived: (name: string) => `“${name}” is archived: it can be read and exported.`,
  unarchived: (name: string) => `“${name}” is out of the archive.`,
  undo: 'Undo',
  removeTitle: (name: string) => `Delete “${name}”?`,
  removeText: (assets: number) =>
    `The project goes with ${counted(assets, 'asset', 'assets')}, with its tasks and everything that was labeled. Nothing is deleted in any bucket.`,
  removeAction: 'Delete project',
  removed: (name: string) => `“${name}” was deleted.`,
  banner: 'This project is archived: it can be read and exported, and nothing is imported or labeled.',
};
