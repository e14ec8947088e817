import { expect, it } from 'vitest';
import type { AuditRecord } from '$lib/api/types';
import { linkOf } from './links';

const record = (action: string, subject: string, details: object = {}) =>
  ({ action, subject, details }) as unknown as AuditRecord;

it('leads to what a record is about', () => {
  expect(linkOf(record('project.archived', 'project:1'))).toBe('/projects/1');
  expect(linkOf(record('project.role_given', 'project:1'))).toBe('/projects/1/members');
  expect(linkOf(record('export.started', 'project:1'))).toBe('/projects/1/export');
  expect(linkOf(record('import.failed', 'project:1', { import: '2' }))).toBe('/projects/1/assets?import=2');
  expect(linkOf(record('import.failed', 'project:1'))).toBe('/projects/1/assets');
  expect(linkOf(record('storage.created', 'storage:1'))).toBe('/organization/storages');
  expect(linkOf(record('member.joined', 'user:1', { email: 'a+b@c.org' }))).toBe(
    '/organization/members?search=a%2Bb%40c.org',
  );
});

it('leads nowhere where nothing is left to see', () => {
  expect(linkOf(record('project.deleted', 'project:1'))).toBeNull();
  expect(linkOf(record('storage.deleted', 'storage:1'))).toBeNull();
  expect(linkOf(record('member.removed', 'user:1', { email: 'a@c.org' }))).toBeNull();
  expect(linkOf(record('api_key.created', 'api_key:1'))).toBeNull();
});
