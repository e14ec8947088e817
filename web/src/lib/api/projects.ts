// Questions to the hub about projects and what an organization shares among them.
import { answer, hub } from './client';
import type { CategorySchema, SchemaProblem } from './types';

const PAGE = 1000;

export function listProjects(search = '') {
  const query = { page: 1, limit: PAGE, sort: '-createdAt', ...(search ? { search } : {}) };
  return answer(hub.GET('/v2/listProjects', { params: { query } }));
}

export async function getProject(id: string) {
  return (await answer(hub.GET('/v2/project/{project}', { params: { path: { project: id } } }))).project;
}

export async function createProject(name: string, description: string) {
  const body = description ? { name, description } : { name };
  return (await answer(hub.POST('/v2/project', { body }))).project;
}

export async function changeProject(id: string, body: { name?: string; description?: string }) {
  const params = { path: { project: id } };
  return (await answer(hub.POST('/v2/project/{project}', { params, body }))).project;
}

/** Replaces the whole schema; ids that are missing come back filled in. */
export async function saveSchema(id: string, categorySchema: CategorySchema) {
  const params = { path: { project: id } };
  return (await answer(hub.POST('/v2/project/{project}', { params, body: { categorySchema } }))).project;
}

/** What is wrong with a schema, given as the text that somebody wrote. */
export async function checkSchema(id: string, text: string): Promise<SchemaProblem[]> {
  const checked = await answer(
    hub.POST('/v2/project/{project}/categorySchema/check', {
      params: { path: { project: id } },
      body: {},
      // As it was written: numbers and names twice shall not be mended on the way.
      bodySerializer: () => text,
    }),
  );
  return checked.problems;
}

export async function listStorages() {
  return (await answer(hub.GET('/v2/storages', { params: { query: { page: 1, limit: PAGE } } }))).storages;
}
