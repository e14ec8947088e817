// Why a picture is seen, or not: the hub goes the whole way to it and says where it ends.
import { answer, hub } from './client';
import type { Diagnosis } from './types';

export async function whyAsset(project: string, asset: string, signal: AbortSignal): Promise<Diagnosis> {
  const params = { path: { project, asset } };
  return (await answer(hub.GET('/v2/project/{project}/assets/{asset}/why', { params, signal }))).diagnosis;
}

/** The same for whoever labels the task, who need not know the project's other assets. */
export async function whyTask(task: string, signal: AbortSignal): Promise<Diagnosis> {
  const params = { path: { task } };
  return (await answer(hub.GET('/v2/task/{task}/why', { params, signal }))).diagnosis;
}
