import { expect, it } from 'vitest';
import { peopleOf } from './people';

const ada = { _id: '1', name: 'Ada', email: 'ada@example.org' };

it('offers the members, then whom the records name besides, each once', () => {
  const changes = [
    { actor: '1', name: 'Ada', email: 'ada@example.org' },
    { actor: '2', name: '', email: 'left@example.org' },
    { actor: null, name: null, email: null },
  ];
  const urls = [{ user: '3', name: 'Grace', email: 'grace@example.org' }];
  expect(peopleOf([ada], changes, urls, '')).toEqual([
    { value: '1', label: 'Ada' },
    { value: '2', label: 'left@example.org' },
    { value: '3', label: 'Grace' },
  ]);
});

it('keeps who was chosen among the choices, though nothing names them', () => {
  expect(peopleOf([ada], [], [], '9').map(({ value }) => value)).toEqual(['1', '9']);
});
