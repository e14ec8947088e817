// Who is signed in, for every page inside the frame, and which of their organizations they look at.
import { getContext, setContext } from 'svelte';
import type { Project, Session } from '$lib/api/types';
import { organization } from './organization.svelte';

export class Here {
  #session: () => Session;

  constructor(session: () => Session) {
    this.#session = session;
  }

  get user() {
    return this.#session().user;
  }

  get organizations() {
    return this.#session().organizations;
  }

  /** The organization that is looked at: the chosen one while the person belongs to it, else their first. */
  get organization() {
    return chosen(this.#session());
  }

  /** Owners and admins act as managers everywhere. */
  get administers() {
    const role = this.organization?.role;
    return role === 'owner' || role === 'admin';
  }

  manages(project: Pick<Project, 'role'> | undefined): boolean {
    return this.administers || project?.role === 'Manager';
  }
}

export function chosen(session: Session) {
  return session.organizations.find(({ _id }) => _id === organization.id) ?? session.organizations[0];
}

const KEY = Symbol('here');

export function setHere(session: () => Session): Here {
  return setContext(KEY, new Here(session));
}

export function getHere(): Here {
  return getContext<Here>(KEY);
}
