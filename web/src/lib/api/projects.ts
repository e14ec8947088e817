// Questions to the hub about projects and what an organization shares among them.
import { answer, hub } from './client';

const PAGE = 1000;

export function listProjects() {
  return answer(
    hub.GET('/v2/listProjects', { params: { query: { page: 1, limit: PAGE, sort: '-createdAt' } } }),
  );
}

export async function getProject(id: string) {
  return (await answer(hub.GET('/v2/project/{id}', { params: { path: { id } } }))).project;
}

export async function createProject(name: string, description: string) {
  const body = description ? { name, description } : { name };
  return (await answer(hub.POST('/v2/project', { body }))).project;
}

export async function createBatch(projectId: string, name: string) {
  const params = { path: { projectId } };
  return (await answer(hub.POST('/v2/batches/{projectId}', { params, body: { name } }))).project;
}

export async function listStorages() {
  return (await answer(hub.GET('/v2/storages', { params: { query: { page: 1, limit: PAGE } } }))).storages;
}
