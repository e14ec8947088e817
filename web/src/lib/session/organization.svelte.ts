// Which organization the person looks at. Remembered by the browser, because the hub keeps no such choice.
const KEY = 'insitu.organization';

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

class ChosenOrganization {
  #id = $state<string | null>(remembered());

  get id() {
    return this.#id;
  }

  choose(id: string | null) {
    this.#id = id;
    try {
      if (id) localStorage.setItem(KEY, id);
      else localStorage.removeItem(KEY);
    } catch {
      // A browser that remembers nothing still works for this visit.
    }
  }
}

export const organization = new ChosenOrganization();
