// What this browser keeps of an answer until the hub has it: written before every question, gone after the hub's word.
import type { Answer, Stage } from '$lib/api/tasks';

export type Kept = {
  /** Whose it is: another person at the same browser never sees it. */
  user: string;
  task: string;
  project: string;
  organization: string | null;
  /** What the person calls the task. */
  name: string;
  /** The stage that it was in. */
  stage: Stage;
  answer: Answer;
  /** The revision that the answer grew from. */
  revision: number;
  /** Milliseconds of work that the hub does not know of. */
  durationMs: number;
  /** Whether the person was done with it, and what they decided. */
  intent: Intent;
  changedAtMs: number;
};

export type Intent = 'draft' | 'submit' | 'Accepted' | 'Rejected' | 'Fixed';

export interface Keeper {
  put(kept: Kept): Promise<void>;
  get(user: string, task: string): Promise<Kept | undefined>;
  remove(user: string, task: string): Promise<void>;
  all(user: string): Promise<Kept[]>;
}

const DATABASE = 'insitu.labeling';
const STORE = 'kept';

/** Kept in the browser's own database, which survives the tab, the browser and the computer. */
export class BrowserKeeper implements Keeper {
  #database: Promise<IDBDatabase> | null = null;

  put(kept: Kept): Promise<void> {
    return this.#write((store) => store.put(kept));
  }

  async get(user: string, task: string): Promise<Kept | undefined> {
    return (await this.#read((store) => store.get([user, task]))) as Kept | undefined;
  }

  remove(user: string, task: string): Promise<void> {
    return this.#write((store) => store.delete([user, task]));
  }

  async all(user: string): Promise<Kept[]> {
    return (await this.#read((store) => store.getAll(IDBKeyRange.bound([user], [user, []])))) as Kept[];
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ['user', 'task'] });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('the database could not be opened'));
    });
    // What failed once is tried again by the next one who asks.
    this.#database.catch(() => (this.#database = null));
    return this.#database;
  }

  async #write(change: (store: IDBObjectStore) => IDBRequest): Promise<void> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, 'readwrite');
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('the browser did not keep it'));
      change(transaction.objectStore(STORE));
      // Asked for at once: a tab that closes now does not take it along.
      transaction.commit();
    });
  }

  async #read(question: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const request = question(database.transaction(STORE).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('the browser could not read it'));
    });
  }
}

/** Kept as long as the page lives: for tests, and for browsers that keep nothing. */
export class MemoryKeeper implements Keeper {
  #all = new Map<string, Kept>();

  async put(kept: Kept) {
    this.#all.set(`${kept.user}/${kept.task}`, structuredClone(kept));
  }

  async get(user: string, task: string) {
    return this.#all.get(`${user}/${task}`);
  }

  async remove(user: string, task: string) {
    this.#all.delete(`${user}/${task}`);
  }

  async all(user: string) {
    return [...this.#all.values()].filter((kept) => kept.user === user);
  }
}
