// A memory of a fixed size that forgets what was not used for longest.
export class Lru<Value> {
  #most: number;
  #forget: (value: Value) => void;
  #values = new Map<string, Value>();

  constructor(most: number, forget: (value: Value) => void) {
    this.#most = most;
    this.#forget = forget;
  }

  get size() {
    return this.#values.size;
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) {
      // A Map keeps the order of insertion: putting it again makes it the youngest.
      this.#values.delete(key);
      this.#values.set(key, value);
    }
    return value;
  }

  set(key: string, value: Value) {
    const old = this.#values.get(key);
    if (old !== undefined) {
      this.#values.delete(key);
      this.#forget(old);
    }
    this.#values.set(key, value);
    for (const [oldest, forgotten] of this.#values) {
      if (this.#values.size <= this.#most) break;
      this.#values.delete(oldest);
      this.#forget(forgotten);
    }
  }

  delete(key: string) {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#forget(value);
  }

  /** Forgets all of which this is true. */
  deleteWhere(isDone: (value: Value) => boolean) {
    for (const [key, value] of [...this.#values]) if (isDone(value)) this.delete(key);
  }

  clear() {
    for (const key of [...this.#values.keys()]) this.delete(key);
  }
}
