// The words of the filter of the Assets tab by what was answered.
import { count } from '$lib/format/numbers';

export const words = {
  answers: 'Answers',
  exists: 'Exists',
  absent: 'Does Not Exist',
  find: 'Find a class, question or choice',
  none: 'Nothing here is called so.',
  more: (n: number) => `${count(n)} more. Type to find them.`,
  full: (n: number) => `${count(n)} conditions at most. Take one away first.`,
  empty: 'This project asks nothing yet.',
  emptyManager: 'Add classes and questions in its',
  emptyReader: 'A manager of the project can add classes and questions.',
  settings: 'Settings',
};
