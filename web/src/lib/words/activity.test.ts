import { expect, it } from 'vitest';
import document from '$lib/api/openapi.json';
import { tell, toldActions } from './activity';

const known = document.components.schemas.AuditAction.enum;

it('has words for every action that the hub puts on record, and for no other', () => {
  expect([...toldActions].sort()).toEqual([...known].sort());
  for (const action of known) {
    const { did } = tell(action, {});
    expect(did, action).not.toBe('');
    expect(did, action).not.toBe(action);
  }
});

it('says what was done in a sentence behind the name', () => {
  const sentence = (action: string, details: Record<string, unknown>) => {
    const { did, thing, more } = tell(action, details);
    return [did, thing, more].filter(Boolean).join(' ');
  };
  expect(sentence('member.role_changed', { email: 'eve@a.org', from: 'member', to: 'admin' })).toBe(
    'changed the role of eve@a.org from member to admin',
  );
  expect(sentence('member.renamed', { email: 'eve@a.org', from: 'Evee', to: 'Eve' })).toBe(
    'changed their name from Evee to Eve',
  );
  expect(sentence('api_key.revoked', { name: 'laptop', of: 'eve@a.org' })).toBe(
    'revoked the API key laptop of eve@a.org',
  );
  expect(sentence('organization.changed', { from: 'Acme', name: 'Acme Birds' })).toBe(
    'changed the organization’s settings renamed from Acme to Acme Birds',
  );
  expect(sentence('member.invited', { email: 'eve@a.org', role: 'member', projects: 2 })).toBe(
    'invited eve@a.org as member, with 2 projects',
  );
  expect(sentence('project.role_given', { name: 'Cats', email: 'eve@a.org', from: null, to: 'Lead' })).toBe(
    'made eve@a.org Lead of Cats',
  );
  expect(sentence('batch.created', { name: 'cam1' })).toBe('made the batch cam1');
  expect(sentence('batch.created', { batches: 2, names: ['cam1', 'cam2'] })).toBe(
    'made 2 batches cam1, cam2',
  );
  const cameras = Array.from({ length: 40 }, (_, n) => `cam${n}`);
  expect(sentence('batch.created', { batches: 1040, names: cameras })).toBe(
    'made 1,040 batches cam0, cam1, cam2, cam3, cam4 and 1,035 more',
  );
  const undone = { kind: 'priority', undoes: 'a', assets: 2 };
  expect(sentence('assets.changed', undone)).toBe('changed the priority of 2 assets a change was undone');
  expect(sentence('assets.change_ended', { ...undone, leftAlone: 1, state: 'completed' })).toBe(
    'changed the priority of 2 assets a change was undone, 1 asset left alone',
  );
  expect(sentence('project.changed', { name: 'Cats', changed: ['name', 'categorySchema'] })).toBe(
    'changed the project Cats name, category schema',
  );
});

it('names an action that it does not know, rather than nothing', () => {
  expect(tell('rocket.launched', {})).toEqual({ did: 'rocket.launched' });
});
