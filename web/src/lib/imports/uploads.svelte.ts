// The lists that this tab is sending. They live beside the pages, so that closing the dialog stops nothing.
import type { ImportChoices } from '$lib/api/imports';
import type { sendImport } from '$lib/api/sendImport';
import type { Import } from '$lib/api/types';
import { Rate } from './rate';
import { sendings } from './sendings.svelte';

let begun = 0;

export class Upload {
  readonly id = `list ${++begun}`;
  sent = $state(0);
  state = $state<'sending' | 'sent' | 'failed' | 'cancelled'>('sending');
  /** The import that the hub made of it. */
  made = $state.raw<Import | null>(null);
  error = $state<unknown>(null);
  perSecond = $state(0);
  secondsLeft = $state<number | null>(null);
  /** Resolves when the hub has the list, or never will. */
  readonly finished: Promise<void>;
  #abort = new AbortController();
  #rate = new Rate();

  constructor(
    readonly projectId: string,
    readonly file: File,
    readonly choices: ImportChoices,
    private readonly sendList: typeof sendImport,
  ) {
    this.finished = this.send();
  }

  get name() {
    return this.file.name;
  }

  get page() {
    return `/projects/${this.projectId}/assets`;
  }

  get share() {
    return this.file.size ? this.sent / this.file.size : null;
  }

  get importId() {
    return this.made?._id ?? null;
  }

  get isBusy() {
    return this.state === 'sending';
  }

  private async send() {
    try {
      this.made = await this.sendList(
        this.projectId,
        this.file,
        this.choices,
        (sent) => this.#progress(sent),
        this.#abort.signal,
      );
      this.state = 'sent';
    } catch (error) {
      this.state = this.#abort.signal.aborted ? 'cancelled' : 'failed';
      this.error = error;
    }
  }

  cancel() {
    this.#abort.abort();
  }

  #progress(sent: number) {
    this.sent = sent;
    this.#rate.see(sent, performance.now());
    this.perSecond = this.#rate.perSecond;
    this.secondsLeft = this.#rate.secondsLeft(this.file.size);
  }
}

class Uploads {
  list = $state<Upload[]>([]);
  /** Imports that this tab began without sending a list. */
  begun = $state<string[]>([]);
  /** The import whose progress a dialog shows right now: it needs no message at its end. */
  watched = $state<string | null>(null);

  /** `send` comes from whoever begins: every page has this account of lists, and few send any. */
  start(projectId: string, file: File, choices: ImportChoices, send: typeof sendImport): Upload {
    const upload = new Upload(projectId, file, choices, send);
    this.list.push(upload);
    sendings.add(upload);
    return upload;
  }

  get sending(): Upload[] {
    return this.list.filter(({ isBusy }) => isBusy);
  }
}

export const uploads = new Uploads();
