// Who is signed in, for every page inside the frame, and which of their organizations they look at.
import { getContext, setContext } from 'svelte';
import type { Project, ProjectRole, Session } from '$lib/api/types';
import { organization } from './organization.svelte';

type WithRole = Pick<Project, 'role'> | undefined;

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

  manages(project: WithRole): boolean {
    return this.#has(project, 'Manager');
  }

  managesTasks(project: WithRole): boolean {
    return this.#has(project, 'Manager', 'Lead');
  }

  mayReview(project: WithRole): boolean {
    return this.#has(project, 'Manager', 'Lead', 'Reviewer');
  }

  /** Here to review above all. */
  isReviewer(project: WithRole): boolean {
    return !this.administers && project?.role === 'Reviewer';
  }

  /** Labelers see the tasks that are theirs, and no assets besides. */
  seesAllTasks(project: WithRole): boolean {
    return this.mayReview(project);
  }

  #has(project: WithRole, ...roles: ProjectRole[]): boolean {
    return this.administers || roles.some((role) => project?.role === role);
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
