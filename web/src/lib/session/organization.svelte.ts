// Which organization the person looks at. Remembered by the browser, in a cookie: the hub keeps no such choice, and reads it
// to let a page fetch from where the assets of this organization lie, and not of the person's others.
const COOKIE = 'insitu_organization';
const A_YEAR_S = 365 * 24 * 60 * 60;

function remembered(): string | null {
  if (typeof document === 'undefined') return null;
  return new RegExp(`(?:^|; )${COOKIE}=([0-9a-f]{24})`).exec(document.cookie)?.[1] ?? null;
}

function remember(id: string | null) {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `${COOKIE}=${id ?? ''}; path=/; max-age=${id ? A_YEAR_S : 0}; samesite=lax${secure}`;
}

class ChosenOrganization {
  #id = $state<string | null>(remembered());

  get id() {
    return this.#id;
  }

  choose(id: string | null) {
    this.#id = id;
    remember(id);
  }
}

export const organization = new ChosenOrganization();
