// Which organization the person looks at. Each tab remembers its own while it is open; a new one begins with the one that
// was looked at last, which the browser remembers in a cookie. The hub keeps no such choice, and reads the cookie to let a
// page fetch from where the assets of this organization lie, and not of the person's others.
const NAME = 'insitu_organization';
const A_YEAR_S = 365 * 24 * 60 * 60;

function lastOfAll(): string | null {
  return new RegExp(`(?:^|; )${NAME}=([0-9a-f]{24})`).exec(document.cookie)?.[1] ?? null;
}

class ChosenOrganization {
  #id = $state<string | null>(null);

  constructor() {
    if (typeof document === 'undefined') return;
    this.#id = sessionStorage.getItem(NAME) ?? lastOfAll();
    this.#tell();
    // Another tab may have told of its own since: whatever is opened from this one is opened for what this one shows.
    addEventListener('focus', this.#tell);
    addEventListener('beforeunload', this.#tell);
  }

  get id() {
    return this.#id;
  }

  choose(id: string | null) {
    this.#id = id;
    this.#tell();
  }

  #tell = () => {
    const id = this.#id;
    if (id) sessionStorage.setItem(NAME, id);
    else sessionStorage.removeItem(NAME);
    const secure = location.protocol === 'https:' ? '; secure' : '';
    document.cookie = `${NAME}=${id ?? ''}; path=/; max-age=${id ? A_YEAR_S : 0}; samesite=lax${secure}`;
  };
}

export const organization = new ChosenOrganization();
