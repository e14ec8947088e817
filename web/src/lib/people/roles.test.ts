import { expect, it } from 'vitest';
import { readEmails, rolesUpTo, whyFixed } from './roles';

it('reads addresses however they were pasted, each once', () => {
  const text = 'ada@example.org, bob@example.org;\n\nADA@example.org eve@sub.example.org';
  expect(readEmails(text)).toEqual({
    emails: ['ADA@example.org', 'bob@example.org', 'eve@sub.example.org'],
    wrong: null,
  });
  expect(readEmails('')).toEqual({ emails: [], wrong: null });
});

it('names the first piece that is no address', () => {
  expect(readEmails('ada@example.org bob').wrong).toBe('bob');
  expect(readEmails('Ada <ada@example.org>').wrong).toBe('Ada');
  expect(readEmails('ada@localhost').wrong).toBe('ada@localhost');
});

it('lets nobody give a role above their own', () => {
  expect(rolesUpTo('Manager')).toEqual(['Manager', 'Lead', 'Reviewer', 'Labeler']);
  expect(rolesUpTo('Lead')).toEqual(['Lead', 'Reviewer', 'Labeler']);
  expect(rolesUpTo('')).toEqual([]);
});

it('says why a role stays as it is', () => {
  expect(whyFixed({ _id: 'a', organizationRole: 'owner' }, 'b')).toContain('owner');
  expect(whyFixed({ _id: 'a', organizationRole: 'admin' }, 'a')).toContain('own role');
  expect(whyFixed({ _id: 'a', organizationRole: 'admin' }, 'b')).toBeNull();
});
