import { expect, it } from 'vitest';
import { insteadOf, tabsFor } from './tabs';

const RANKS = ['Labeler', 'Reviewer', 'Lead', 'Manager'];
const atLeast = (rank: string) => (project: { role?: string | null } | undefined) =>
  RANKS.indexOf(project?.role ?? '') >= RANKS.indexOf(rank);
const here = {
  manages: atLeast('Manager'),
  managesTasks: atLeast('Lead'),
  seesAllTasks: atLeast('Reviewer'),
};
const namesFor = (role: 'Manager' | 'Lead' | 'Reviewer' | 'Labeler') =>
  tabsFor(here, { role }).map(({ name }) => name);

it('shows each role its tabs, and a project that is not known yet only what everybody has', () => {
  expect(namesFor('Labeler')).toEqual(['tasks']);
  expect(namesFor('Reviewer')).toEqual(['overview', 'assets', 'tasks', 'batches']);
  expect(namesFor('Lead')).toEqual(['overview', 'assets', 'tasks', 'batches', 'members']);
  expect(namesFor('Manager')).toEqual([...namesFor('Lead'), 'export', 'settings']);
  expect(tabsFor(here, undefined).map(({ name }) => name)).toEqual(['tasks']);
});

it('leads away from a tab that is not theirs, and from no other page', () => {
  const labeler = tabsFor(here, { role: 'Labeler' });
  const reviewer = tabsFor(here, { role: 'Reviewer' });
  expect(insteadOf('/projects/1/assets', labeler)).toBe('tasks');
  expect(insteadOf('/projects/1/settings', reviewer)).toBe('assets');
  expect(insteadOf('/projects/1/batches', reviewer)).toBeNull();
  expect(insteadOf('/projects/1/tasks/2', labeler)).toBeNull();
  expect(insteadOf('/projects/1/label', labeler)).toBeNull();
});

it('gives every tab a key of its own', () => {
  const keys = tabsFor(here, { role: 'Manager' }).map((tab) => tab.keys);
  expect(new Set(keys).size).toBe(keys.length);
});
