// What is asked of the hub about a whole project: how it stands, cloning, archiving, deleting.
import { answer, hub } from './client';

export type CloneParts = {
  categorySchema: boolean;
  assignedTo: boolean;
  batches: boolean;
  projectGeneralSettings: boolean;
};

const at = (project: string) => ({ params: { path: { project } } });

export async function getOverview(project: string) {
  return (await answer(hub.GET('/v2/project/{project}/overview', at(project)))).overview;
}

export async function cloneProject(project: string, name: string, parts: CloneParts) {
  const body = { name, ...parts };
  return (await answer(hub.POST('/v2/project/{project}/clone', { ...at(project), body }))).project;
}

export function archiveProject(project: string) {
  return answer(hub.POST('/v2/project/{project}/archive', at(project)));
}

export function unarchiveProject(project: string) {
  return answer(hub.POST('/v2/project/{project}/unarchive', at(project)));
}

export function deleteProject(project: string) {
  return answer(hub.DELETE('/v2/project/{project}', at(project)));
}
