// One folder of a bucket as it is listed: page after page, and what is picked in it.
import { listFolder, type Place, type StorageFile } from '$lib/api/explorer';
import { nothing, type Picks } from './picks';

export type Entry = { name: string; label: string; isFolder: boolean; file?: StorageFile };

/** Endings as people type them: `jpg, .PNG` are `jpg` and `png`. */
export function endingsOf(text: string): string[] {
  const endings = text.split(/[\s,;]+/).map((ending) => ending.replace(/^[*.]+/, '').toLowerCase());
  return [...new Set(endings.filter(Boolean))];
}

function isMeant(key: string, endings: string[]): boolean {
  return endings.length === 0 || endings.some((ending) => key.toLowerCase().endsWith(`.${ending}`));
}

export class Folder {
  place = $state.raw<Place | null>(null);
  endings = $state.raw<string[]>([]);
  loading = $state(false);
  error = $state.raw<unknown>(null);
  picks = $state.raw<Picks>(nothing);
  #found = $state.raw<Entry[]>([]);
  #scroll = $state.raw<string | null>(null);
  #asking: AbortController | null = null;

  readonly entries = $derived(
    this.#found.filter((entry) => entry.isFolder || isMeant(entry.name, this.endings)),
  );
  readonly names = $derived(this.entries.map(({ name }) => name));
  readonly hasMore = $derived(this.#scroll !== null);
  readonly hasFiltered = $derived(this.entries.length < this.#found.length);
  readonly pickedFolders = $derived([...this.picks.picked].filter((name) => name.endsWith('/')));
  readonly pickedFiles = $derived(
    [...this.picks.picked].filter((name) => !name.endsWith('/') && isMeant(name, this.endings)),
  );

  open(place: Place | null) {
    this.#asking?.abort();
    this.place = place;
    this.#found = [];
    this.#scroll = null;
    this.error = null;
    this.picks = nothing;
    this.loading = false;
    if (place) void this.#ask(place, null);
  }

  again() {
    this.open(this.place);
  }

  up(): boolean {
    if (!this.place?.folder) return false;
    const parts = this.place.folder.slice(0, -1).split('/');
    this.open({
      ...this.place,
      folder: parts
        .slice(0, -1)
        .map((part) => `${part}/`)
        .join(''),
    });
    return true;
  }

  /** The next page, where there is one and nobody waits for it already. */
  more() {
    if (this.place && this.#scroll && !this.loading) void this.#ask(this.place, this.#scroll);
  }

  stop() {
    this.#asking?.abort();
  }

  async #ask(place: Place, scroll: string | null) {
    const asking = new AbortController();
    this.#asking = asking;
    this.loading = true;
    this.error = null;
    try {
      const page = await listFolder(place, scroll, asking.signal);
      if (asking.signal.aborted) return;
      const label = (name: string) => name.slice(place.folder.length);
      const folders = page.folders.map((name) => ({ name, label: label(name), isFolder: true }));
      // A name that ends in a slash is a folder to everybody who looks at it.
      const listed = page.files.filter(({ key }) => !key.endsWith('/'));
      const files = listed.map((file) => ({
        name: file.key,
        label: label(file.key),
        isFolder: false,
        file,
      }));
      // Folders first, as pages bring them mixed by name.
      const all = [...this.#found, ...folders, ...files];
      this.#found = [...all.filter(({ isFolder }) => isFolder), ...all.filter(({ isFolder }) => !isFolder)];
      this.#scroll = page.scrollToken ?? null;
    } catch (error) {
      if (asking.signal.aborted) return;
      this.error = error;
    } finally {
      if (this.#asking === asking) this.loading = false;
    }
  }
}
