// Who tasks can be given to, as a filter offers them: oneself first, then the others of the organization.
import { createQuery } from '@tanstack/svelte-query';
import { listMembers } from '$lib/api/people';
import { keys } from '$lib/session/queries';
import { words } from '$lib/words/tasks';

export class Assignees {
  options: { value: string; label: string }[];

  constructor(me: { email: string }, organizationId: () => string, mayAsk: () => boolean) {
    const members = createQuery(() => ({
      queryKey: keys.members(organizationId()),
      queryFn: () => listMembers(organizationId()),
      enabled: mayAsk() && organizationId() !== '',
      retry: false,
    }));
    this.options = $derived([
      { value: me.email, label: words.me },
      ...(members.data ?? [])
        .filter(({ email }) => email !== me.email)
        .map(({ email, name }) => ({ value: email, label: name || email })),
    ]);
  }
}
