// A file that was dropped, and the account that is kept of many: by each change, because there may be very many.
import type { Uploaded } from '$lib/api/uploads';
import { Checksum } from './checksum';
import { nameOf } from './naming';

export type DropState = 'waiting' | 'sending' | 'sent' | 'done' | 'failed' | 'cancelled';

export class DroppedFile {
  state = $state<DropState>('waiting');
  sent = $state(0);
  /** It was in the hub's storage before this tab sent anything of it. */
  wasThere = $state(false);
  error = $state.raw<unknown>(null);
  readonly name: string;
  checksum: Checksum;
  abort = new AbortController();
  url = '';
  /** So much of it is with the hub, as far as this tab knows. */
  kept = 0;
  /** Something went wrong since this was known. */
  isUnsure = false;

  constructor(
    readonly path: string,
    readonly file: File,
    readonly batches: string[],
  ) {
    this.name = nameOf(path, file.size, file.lastModified);
    this.checksum = new Checksum(file);
  }

  get uploaded(): Uploaded {
    return { url: this.url, externalId: this.path, batches: this.batches };
  }
}

export class Tally {
  /** How many are in which state. */
  in = $state<Record<DropState, number>>({
    waiting: 0,
    sending: 0,
    sent: 0,
    done: 0,
    failed: 0,
    cancelled: 0,
  });
  /** Bytes of those that are not cancelled, and how many of them are with the hub. */
  total = $state(0);
  sent = $state(0);
  #failed = new Set<DroppedFile>();

  get isSending() {
    return this.in.waiting + this.in.sending > 0;
  }

  get isBusy() {
    return this.isSending || this.in.sent > 0;
  }

  get firstFailed(): DroppedFile | null {
    return this.in.failed ? (this.#failed.values().next().value ?? null) : null;
  }

  allFailed(): DroppedFile[] {
    return [...this.#failed];
  }

  become(one: DroppedFile, state: DropState) {
    this.count(one, -1);
    one.state = state;
    this.count(one, 1);
  }

  /** Counts one in, or out. */
  count(one: DroppedFile, by: 1 | -1) {
    this.in[one.state] += by;
    if (by < 0) this.#failed.delete(one);
    else if (one.state === 'failed') this.#failed.add(one);
    if (one.state === 'cancelled') return;
    this.total += by * one.file.size;
    this.sent += by * one.sent;
  }

  sends(one: DroppedFile, bytes: number) {
    if (one.state !== 'cancelled') this.sent += bytes - one.sent;
    one.sent = bytes;
  }
}

/** Whose turn comes; those that are not waiting any more are passed over. */
export class Queue {
  #all: DroppedFile[] = [];
  #turn = 0;

  push(one: DroppedFile) {
    this.#all.push(one);
  }

  next(): DroppedFile | null {
    while (this.#turn < this.#all.length) {
      const one = this.#all[this.#turn++];
      if (one?.state === 'waiting') return one;
    }
    [this.#all, this.#turn] = [[], 0];
    return null;
  }
}
