// The files that this tab copies to the hub, a few at a time. They live beside the pages, so that closing the dialog
// stops nothing; each becomes an asset once it is safe, and never twice. One that was cut off goes on where it stopped.
import { SvelteMap } from 'svelte/reactivity';
import { ApiError } from '$lib/api/errors';
import { findUploaded, NAMES_MAX, registerUploads } from '$lib/api/uploads';
import { words } from '$lib/words/addData';
import { Rate } from '../rate';
import { sendings } from '../sendings.svelte';
import { Checksum } from './checksum';
import type { Collected } from './collect';
import { DroppedFile, Queue, Tally } from './dropped.svelte';
import { nameOfImport, refusalOf, type Refusal } from './naming';
import { patiently } from './patience';
import { isFinishing, send } from './sending';
import { forget, remember, unregistered } from './unregistered';

const AT_ONCE = 4;
/** Files that are made assets by one request. */
const REGISTERED_AT_ONCE = 200;
/** Files that a tab keeps account of at a time. */
const FILES_MAX = 100_000;

/** A file that is not sent, and why; it itself where it can be read. */
export type Refused = { path: string; why: Refusal; file?: File };

export class Drops {
  files = $state.raw<DroppedFile[]>([]);
  refused = $state.raw<Refused[]>([]);
  perSecond = $state(0);
  registerError = $state.raw<unknown>(null);
  /** Called when files became assets. */
  onregistered: () => void = () => {};
  #queue = new Queue();
  /** With the hub and not yet assets. */
  #there: DroppedFile[] = [];
  #tally = new Tally();
  #rate = new Rate();
  #running = 0;
  #isRegistering = false;

  readonly id: string;

  constructor(readonly projectId: string) {
    this.id = `files ${projectId}`;
  }

  get name() {
    return words.drop.overall(this.done, this.files.length - this.#tally.in.cancelled);
  }

  get page() {
    return `/projects/${this.projectId}/assets`;
  }

  get share() {
    return this.total ? this.sent / this.total : null;
  }

  get total() {
    return this.#tally.total;
  }

  get sent() {
    return this.#tally.sent;
  }

  get done() {
    return this.#tally.in.done;
  }

  get failed() {
    return this.#tally.in.failed;
  }

  get firstFailed() {
    return this.#tally.firstFailed;
  }

  get isBusy() {
    return this.#tally.isBusy;
  }

  get secondsLeft(): number | null {
    return this.#rate.secondsLeft(this.total);
  }

  /** Takes files in; those that cannot be labeled are named and not sent, those that are on their way already stay so. */
  async add({ found, unreadable }: Collected, batches: string[]) {
    const refused: Refused[] = unreadable.map((path) => ({ path, why: 'unreadable' }));
    const fresh: DroppedFile[] = [];
    const known = new Set(
      this.files.filter(({ state }) => state !== 'cancelled' && state !== 'failed').map(({ name }) => name),
    );
    for (const { path, file } of found) {
      const isFull = this.files.length + fresh.length >= FILES_MAX;
      const why = isFull ? 'tooMany' : refusalOf(path, file.size);
      if (why) refused.push({ path, why, file });
      else {
        const one = new DroppedFile(path, file, batches);
        if (!known.has(one.name)) fresh.push(one);
        known.add(one.name);
      }
    }
    this.refused = refused;
    const names = new Set(fresh.map(({ name }) => name));
    this.#keep(({ name }) => !names.has(name));
    for (const one of fresh) this.#tally.count(one, 1);
    this.files = [...this.files, ...fresh];
    await this.#skipWhatIsThere(fresh);
    for (const one of fresh) if (one.state === 'waiting') this.#queue.push(one);
    this.#go();
  }

  /** Makes assets of what an earlier visit sent and could not say any more; how many. */
  async finishEarlier(): Promise<number> {
    const left = unregistered(this.projectId);
    const own = new Set(this.files.map(({ url }) => url));
    const earlier = left.filter(({ url }) => !own.has(url));
    for (let at = 0; at < earlier.length; at += REGISTERED_AT_ONCE) {
      const part = earlier.slice(at, at + REGISTERED_AT_ONCE);
      await registerUploads(this.projectId, nameOfImport(part), part);
      forget(this.projectId, part);
    }
    return earlier.length;
  }

  cancel(one: DroppedFile) {
    if (one.state !== 'waiting' && one.state !== 'sending') return;
    this.#tally.become(one, 'cancelled');
    one.abort.abort();
  }

  cancelAll() {
    for (const one of this.files) this.cancel(one);
  }

  retry(one: DroppedFile) {
    one.abort = new AbortController();
    // The file is read again: what was reckoned of it may be what failed.
    one.checksum = new Checksum(one.file);
    this.#tally.sends(one, one.kept);
    one.error = null;
    this.#tally.become(one, one.url ? 'sent' : 'waiting');
    (one.url ? this.#there : this.#queue).push(one);
    this.#go();
  }

  retryAll() {
    this.registerError = null;
    for (const one of this.#tally.allFailed()) this.retry(one);
    this.#go();
  }

  clear() {
    this.#keep(({ state }) => state === 'waiting' || state === 'sending' || state === 'sent');
    this.refused = [];
  }

  #keep(isKept: (one: DroppedFile) => boolean) {
    const kept = this.files.filter(isKept);
    if (kept.length === this.files.length) return;
    for (const one of this.files) if (!isKept(one)) this.#tally.count(one, -1);
    this.files = kept;
  }

  /** A file that is there whole is not sent again, nor a part of one. Where nobody can say, it is sent. */
  async #skipWhatIsThere(fresh: DroppedFile[]) {
    for (let at = 0; at < fresh.length; at += NAMES_MAX) {
      const part = fresh.slice(at, at + NAMES_MAX);
      await this.#look(part).catch(() => {
        for (const one of part) one.isUnsure = true;
      });
    }
  }

  /** Asks how much of these is there. Those that were given up meanwhile stay so. */
  async #look(part: DroppedFile[], signal?: AbortSignal) {
    const found = await findUploaded(
      this.projectId,
      part.map(({ name }) => name),
    );
    signal?.throwIfAborted();
    const whole = new Map(found.files.map((file) => [file.name, file]));
    for (const one of part) {
      if (one.state !== 'waiting' && one.state !== 'sending') continue;
      const kept = found.parts.find(
        ({ name, sizeBytes }) => name === one.name && sizeBytes === one.file.size,
      );
      one.kept = kept?.receivedBytes ?? 0;
      one.isUnsure = false;
      const file = whole.get(one.name);
      if (file?.sizeBytes === one.file.size) {
        one.wasThere = one.state === 'waiting';
        this.#arrived(one, file.url);
      } else this.#tally.sends(one, one.kept);
    }
  }

  #go() {
    while (this.#running < AT_ONCE) {
      const next = this.#queue.next();
      if (!next) break;
      this.#tally.become(next, 'sending');
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
    const { projectId } = this;
    // Given up, or found to be there already, it is no longer this try's to say.
    const isStill = () => !signal.aborted && one.state === 'sending';
    const sending = {
      projectId,
      name: one.name,
      file: one.file,
      checksum: one.checksum,
      signal,
      onprogress: (sent: number) => this.#progress(one, sent),
      onkept: (bytes: number) => (one.kept = bytes),
    };
    try {
      let keptBefore = one.kept;
      const url = await patiently(
        signal,
        async () => {
          if (one.isUnsure) await this.#look([one], signal);
          signal.throwIfAborted();
          if (one.url) return one.url;
          one.isUnsure = true;
          keptBefore = one.kept;
          return send(sending, one.kept);
        },
        (error) => one.kept > keptBefore || isFinishing(error),
      );
      if (isStill()) this.#arrived(one, url);
    } catch (error) {
      if (!isStill()) return;
      one.error = error;
      this.#tally.become(one, 'failed');
    }
  }

  #arrived(one: DroppedFile, url: string) {
    one.url = url;
    this.#tally.sends(one, one.file.size);
    this.#tally.become(one, 'sent');
    this.#there.push(one);
    remember(this.projectId, [one.uploaded]);
  }

  #progress(one: DroppedFile, sent: number) {
    this.#tally.sends(one, Math.min(sent, one.file.size));
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
        const counts = await patiently(null, () =>
          registerUploads(this.projectId, nameOfImport(uploaded), uploaded),
        );
        this.#settle(part, counts.refused);
      } catch (error) {
        this.registerError = error;
        for (const one of part) {
          one.error = error;
          this.#tally.become(one, 'failed');
        }
        continue;
      }
      // What a page makes of that is no failure of the files.
      queueMicrotask(this.onregistered);
    }
    // At once after the last look, so that whoever arrives next begins anew.
    this.#isRegistering = false;
  }

  /** The next files to become assets: a good number of them, or the last. */
  #toRegister(): DroppedFile[] {
    const isLast = !this.#tally.isSending;
    if (this.#there.length < REGISTERED_AT_ONCE && !isLast) return [];
    return this.#there.splice(0, REGISTERED_AT_ONCE);
  }

  #settle(part: DroppedFile[], refused: { index: number; code: string; message: string }[]) {
    for (const { index, code, message } of refused) {
      const one = part[index];
      if (!one) continue;
      one.error = new ApiError(400, code, message);
      // It is not there after all: the next try sends it.
      one.url = '';
      this.#tally.become(one, 'failed');
    }
    for (const one of part) if (one.state === 'sent') this.#tally.become(one, 'done');
    forget(
      this.projectId,
      part.map(({ uploaded }) => uploaded),
    );
  }
}

/** What a component makes is not reckoned any more once the component is gone. */
function outsideOfComponents<Made>(make: () => Made): Made {
  let made: Made | undefined;
  $effect.root(() => {
    made = make();
  });
  return made ?? make();
}

const all = new SvelteMap<string, Drops>();

/** The files of a project that this tab copies, or has copied. */
export function dropsOf(projectId: string): Drops {
  const known = all.get(projectId);
  if (known) return known;
  const made = outsideOfComponents(() => new Drops(projectId));
  all.set(projectId, made);
  sendings.add(made);
  return made;
}
