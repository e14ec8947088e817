// What is on its way in the organization, of every kind, where this person may have it.
import { answer, hub } from './client';

export async function listJobs() {
  return (await answer(hub.GET('/v2/jobs'))).jobs;
}
