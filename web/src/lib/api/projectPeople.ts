// The question to the hub who is in a project, or could be: apart from the others about people, for pages that ask no more.
import { answer, hub } from './client';

export const PEOPLE_PER_PAGE = 50;

export function findProjectPeople(
  project: string,
  question: { page: number; search: string; assigned: boolean; limit?: number },
) {
  const query = { limit: PEOPLE_PER_PAGE, ...question };
  return answer(hub.GET('/v2/project/{project}/people', { params: { path: { project }, query } }));
}
