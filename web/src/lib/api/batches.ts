// Questions to the hub about the batches of a project.
import { answer, hub } from './client';

export async function listBatches(projectId: string) {
  const params = { path: { project: projectId } };
  return (await answer(hub.GET('/v2/batches/{project}', { params }))).batches;
}

export async function createBatch(projectId: string, name: string) {
  const params = { path: { project: projectId } };
  const made = await answer(hub.POST('/v2/batches/{project}', { params, body: { name } }));
  // A list is the answer to a list; one name is answered with one batch.
  if (Array.isArray(made)) throw new TypeError('the hub answered a list to one batch');
  return made.project;
}

export function renameBatch(projectId: string, id: string, name: string) {
  const params = { path: { project: projectId } };
  return answer(hub.POST('/v2/batches/{project}', { params, body: { batches: [{ _id: id, name }] } }));
}

export function deleteBatch(projectId: string, id: string) {
  const params = { path: { project: projectId, batch: id } };
  return answer(hub.DELETE('/v2/batches/{project}/{batch}', { params }));
}
