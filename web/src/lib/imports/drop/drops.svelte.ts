// The files that this tab copies to the hub, a few at a time. They live beside the pages, so that closing the dialog
// stops nothing; each becomes an asset once it is safe, and never twice.
import { SvelteMap } from 'svelte/reactivity';
import { ApiError, mayPass } from '$lib/api/errors';
import { findUploaded, NAMES_MAX, registerUploads, sendFile, type Uploaded } from '$lib/api/uploads';
import { Rate } from '../rate';
import type { Collected } from './collect';
import { nameOf, refusalOf, type Refusal } from './naming';
import { forget, remember, unregistered } from './unregistered';

const AT_ONCE = 4;
/** Files that are made assets by one request. */
const REGISTERED_AT_ONCE = 200;
const TRIES = 4;
const FIRST_WAIT_MS = 800;

export type DropState = 'waiting' | 'sending' | 'sent' | 'done' | 'failed' | 'cancelled';

export class DroppedFile {
  state = $state<DropState>('waiting');
  sent = $state(0);
  /** It was in the hub's storage before this tab sent anything of it. */
  wasThere = $state(false);
  error = $state.raw<unknown>(null);
  readonly name: string;
  abort = new AbortController();
  url = '';

  constructor(
    readonly path: string,
    readonly file: File,
    readonly batches: string[],
  ) {
    this.name = nameOf(path, file.size, file.lastModified);
  }

  get uploaded(): Uploaded {
    return { url: this.url, externalId: this.path, batches: this.batches };
  }
}

export class Drops {
  files = $state<DroppedFile[]>([]);
  refused = $state.raw<{ path: string; why: Refusal }[]>([]);
  perSecond = $state(0);
  registerError = $state.raw<unknown>(null);
  /** Called when files became assets. */
  onregistered: () => void = () => {};
  #rate = new Rate();
  #running = 0;
  #isRegistering = false;

  readonly total = $derived(this.#live.reduce((sum, { file }) => sum + file.size, 0));
  readonly sent = $derived(this.#live.reduce((sum, one) => sum + one.sent, 0));
  readonly done = $derived(this.files.filter(({ state }) => state === 'done').length);
  readonly failed = $derived(this.files.filter(({ state }) => state === 'failed'));
  readonly isBusy = $derived(
    this.files.some(({ state }) => state === 'waiting' || state === 'sending' || state === 'sent'),
  );

  constructor(readonly projectId: string) {}

  get #live() {
    return this.files.filter(({ state }) => state !== 'cancelled');
  }

  get secondsLeft(): number | null {
    return this.#rate.secondsLeft(this.total);
  }

  /** Takes files in; those that cannot be labeled are named and not sent, those that are on their way already stay so. */
  async add({ found, unreadable }: Collected, batches: string[]) {
    const refused = unreadable.map((path) => ({ path, why: 'unreadable' as Refusal }));
    const fresh: DroppedFile[] = [];
    const known = new Set(
      this.files.filter(({ state }) => state !== 'cancelled' && state !== 'failed').map(({ name }) => name),
    );
    for (const { path, file } of found) {
      const why = refusalOf(path, file.size);
      if (why) refused.push({ path, why });
      else {
        const one = new DroppedFile(path, file, batches);
        if (!known.has(one.name)) fresh.push(one);
        known.add(one.name);
      }
    }
    this.refused = refused;
    const names = new Set(fresh.map(({ name }) => name));
    const kept = this.files.filter(({ name }) => !names.has(name));
    this.files = [...kept, ...fresh];
    await this.#skipWhatIsThere(this.files.filter(({ name }) => names.has(name)));
    this.#go();
  }

  /** Makes assets of what an earlier visit sent and could not say any more; how many. */
  async finishEarlier(): Promise<number> {
    const left = unregistered(this.projectId);
    const own = new Set(this.files.map(({ url }) => url));
    const earlier = left.filter(({ url }) => !own.has(url));
    for (let at = 0; at < earlier.length; at += REGISTERED_AT_ONCE) {
      const part = earlier.slice(at, at + REGISTERED_AT_ONCE);
      await registerUploads(this.projectId, part);
      forget(this.projectId, part);
    }
    return earlier.length;
  }

  cancel(one: DroppedFile) {
    if (one.state !== 'waiting' && one.state !== 'sending') return;
    one.state = 'cancelled';
    one.abort.abort();
  }

  cancelAll() {
    for (const one of this.files) this.cancel(one);
  }

  retry(one: DroppedFile) {
    one.abort = new AbortController();
    one.sent = 0;
    one.error = null;
    one.state = one.url ? 'sent' : 'waiting';
    this.#go();
  }

  retryAll() {
    this.registerError = null;
    for (const one of this.failed) this.retry(one);
    this.#go();
  }

  clear() {
    this.files = this.files.filter(
      ({ state }) => state === 'waiting' || state === 'sending' || state === 'sent',
    );
    this.refused = [];
  }

  /** A file that is there whole is not sent again. Where nobody can say, it is sent: it takes its own place. */
  async #skipWhatIsThere(fresh: DroppedFile[]) {
    for (let at = 0; at < fresh.length; at += NAMES_MAX) {
      const part = fresh.slice(at, at + NAMES_MAX);
      const found = await findUploaded(
        this.projectId,
        part.map(({ name }) => name),
      ).catch(() => []);
      const there = new Map(found.map((file) => [file.name, file]));
      for (const one of part) {
        const file = there.get(one.name);
        if (file?.sizeBytes === one.file.size && one.state === 'waiting') {
          one.wasThere = true;
          this.#arrived(one, file.url);
        }
      }
    }
  }

  #go() {
    while (this.#running < AT_ONCE) {
      const next = this.files.find(({ state }) => state === 'waiting');
      if (!next) break;
      next.state = 'sending';
      this.#running += 1;
      void this.#send(next).finally(() => {
        this.#running -= 1;
        this.#go();
      });
    }
    void this.#register();
  }

  async #send(one: DroppedFile) {
    const { signal } = one.abort;
    try {
      const url = await patiently(signal, () => {
        one.sent = 0;
        return sendFile(this.projectId, one.name, one.file, (sent) => this.#progress(one, sent), signal);
      });
      this.#arrived(one, url);
    } catch (error) {
      if (signal.aborted) return;
      one.error = error;
      one.state = 'failed';
    }
  }

  #arrived(one: DroppedFile, url: string) {
    one.url = url;
    one.sent = one.file.size;
    one.state = 'sent';
    remember(this.projectId, [one.uploaded]);
  }

  #progress(one: DroppedFile, sent: number) {
    one.sent = Math.min(sent, one.file.size);
    this.#rate.see(this.sent, performance.now());
    this.perSecond = this.#rate.perSecond;
  }

  /** Makes assets of what is there, some hundred at a time, one request after the other. */
  async #register() {
    if (this.#isRegistering) return;
    this.#isRegistering = true;
    for (let part = this.#toRegister(); part.length > 0; part = this.#toRegister()) {
      const uploaded = part.map((one) => one.uploaded);
      try {
        const counts = await patiently(null, () => registerUploads(this.projectId, uploaded));
        this.#settle(part, counts.refused);
      } catch (error) {
        this.registerError = error;
        for (const one of part) {
          one.error = error;
          one.state = 'failed';
        }
      }
    }
    // At once after the last look, so that whoever arrives next begins anew.
    this.#isRegistering = false;
  }

  /** The next files to become assets: a good number of them, or the last. */
  #toRegister(): DroppedFile[] {
    const there = this.files.filter(({ state }) => state === 'sent');
    const isLast = !this.files.some(({ state }) => state === 'waiting' || state === 'sending');
    return there.length >= REGISTERED_AT_ONCE || isLast ? there.slice(0, REGISTERED_AT_ONCE) : [];
  }

  #settle(part: DroppedFile[], refused: { index: number; code: string; message: string }[]) {
    for (const { index, code, message } of refused) {
      const one = part[index];
      if (!one) continue;
      one.error = new ApiError(400, code, message);
      // It is not there after all: the next try sends it.
      one.url = '';
      one.state = 'failed';
    }
    for (const one of part) if (one.state === 'sent') one.state = 'done';
    forget(
      this.projectId,
      part.map(({ uploaded }) => uploaded),
    );
    this.onregistered();
  }
}

/** Tries again what may pass, a few times and ever slower. */
async function patiently<T>(signal: AbortSignal | null, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || tries >= TRIES || !mayPass(error)) throw error;
      await pause(FIRST_WAIT_MS * 2 ** (tries - 1), signal);
      signal?.throwIfAborted();
    }
  }
}

function pause(ms: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
    // Back on the network, nobody waits any longer.
    addEventListener('online', () => resolve(), { once: true });
  });
}

const all = new SvelteMap<string, Drops>();

/** The files of a project that this tab copies, or has copied. */
export function dropsOf(projectId: string): Drops {
  const known = all.get(projectId);
  if (known) return known;
  const made = new Drops(projectId);
  all.set(projectId, made);
  return made;
}
