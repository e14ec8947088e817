// Who tasks can be given to, as a filter offers them: oneself first, then the others who may label in the project.
import { createQuery } from '@tanstack/svelte-query';
import { findProjectPeople } from '$lib/api/projectPeople';
import { keys } from '$lib/session/queries';
import { words } from '$lib/words/stages';

/** More than these are found by typing an address. */
const MOST = 1000;

/** Those who were given a role in the project, and those who need none because they administer the organization. */
async function listAssignees(projectId: string) {
  const ask = (assigned: boolean) =>
    findProjectPeople(projectId, { page: 1, search: '', assigned, limit: MOST });
  const [inside, outside] = await Promise.all([ask(true), ask(false)]);
  return [
    ...inside.people,
    ...outside.people.filter(({ organizationRole }) => organizationRole !== 'member'),
  ];
}

export class Assignees {
  people: { email: string; label: string }[];
  options: { value: string; label: string }[];

  /** The name of whoever has this address, and the address itself where nobody is known by it. */
  nameOf = (email: string): string => this.people.find((one) => one.email === email)?.label ?? email;

  constructor(me: { email: string }, projectId: () => string, mayAsk: () => boolean) {
    const others = createQuery(() => ({
      queryKey: [...keys.projectPeople(projectId()), 'assignees'],
      queryFn: () => listAssignees(projectId()),
      enabled: mayAsk(),
      retry: false,
    }));
    this.people = $derived([
      { email: me.email, label: words.me },
      ...(others.data ?? [])
        .filter(({ email }) => email !== me.email)
        .map(({ email, name }) => ({ email, label: name || email })),
    ]);
    this.options = $derived(this.people.map(({ email, label }) => ({ value: email, label })));
  }
}
