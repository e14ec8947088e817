import { expect, it } from 'vitest';
import { mistakeInDescription, mistakeInName } from './names';

it('names what is wrong with a name', () => {
  expect(mistakeInName('  ')).toBe('Enter a name.');
  expect(mistakeInName('a\tb')).toMatch(/line break or a tab/);
  expect(mistakeInName('é'.repeat(201))).toMatch(/201 characters.*200/);
});

it('counts characters as a person does, without the space around them', () => {
  expect(mistakeInName(` ${'🐦'.repeat(200)} `)).toBeNull();
});

it('counts a description in bytes', () => {
  expect(mistakeInDescription('é'.repeat(5_000))).toBeNull();
  expect(mistakeInDescription('é'.repeat(5_001))).toMatch(/10002 bytes/);
});
