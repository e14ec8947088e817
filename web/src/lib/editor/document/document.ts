// The answer being edited: a list of objects from back to front, changed only by operations, each of which gives its inverse.
import type { JsonObject } from './json';
import type { EditorObject } from './object';

export type Operation =
  | { type: 'insert'; at: number; object: EditorObject }
  | { type: 'remove'; key: number }
  | { type: 'replace'; object: EditorObject }
  | { type: 'classifications'; value: readonly JsonObject[] }
  | { type: 'relations'; value: readonly JsonObject[] };

export type Content = Readonly<{
  objects: readonly EditorObject[];
  classifications: readonly JsonObject[];
  relations: readonly JsonObject[];
  /** Fields of the answer that this program does not know. */
  extra: JsonObject;
}>;

/** Told of every object that comes (before is null), goes (after is null) or changes. */
export type Watcher = (before: EditorObject | null, after: EditorObject | null) => void;

export class Document {
  #keys: number[];
  #objects: Map<number, EditorObject>;
  #places: Map<number, number> | null = null;
  #list: readonly EditorObject[] | null = null;
  #watchers = new Set<Watcher>();
  classifications: readonly JsonObject[];
  relations: readonly JsonObject[];
  readonly extra: JsonObject;

  constructor(content: Content) {
    this.#keys = content.objects.map(({ key }) => key);
    this.#objects = new Map(content.objects.map((object) => [object.key, object]));
    this.classifications = content.classifications;
    this.relations = content.relations;
    this.extra = content.extra;
  }

  get objects(): readonly EditorObject[] {
    this.#list ??= this.#keys.flatMap((key) => this.#objects.get(key) ?? []);
    return this.#list;
  }

  get count(): number {
    return this.#keys.length;
  }

  find(key: number): EditorObject | undefined {
    return this.#objects.get(key);
  }

  /** Where an object stands between back (0) and front. */
  place(key: number): number {
    this.#places ??= new Map(this.#keys.map((one, index) => [one, index]));
    return this.#places.get(key) ?? -1;
  }

  watch(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  /** Makes the change and gives back the operation that takes it back. */
  apply(operation: Operation): Operation {
    switch (operation.type) {
      case 'insert':
        return this.#insert(operation.at, operation.object);
      case 'remove':
        return this.#remove(operation.key);
      case 'replace':
        return this.#replace(operation.object);
      case 'classifications': {
        const value = this.classifications;
        this.classifications = operation.value;
        return { type: 'classifications', value };
      }
      case 'relations': {
        const value = this.relations;
        this.relations = operation.value;
        return { type: 'relations', value };
      }
    }
  }

  #insert(at: number, object: EditorObject): Operation {
    this.#keys.splice(at, 0, object.key);
    this.#objects.set(object.key, object);
    this.#tell(null, object);
    return { type: 'remove', key: object.key };
  }

  #remove(key: number): Operation {
    const object = this.#existing(key);
    const at = this.#keys.indexOf(key);
    this.#keys.splice(at, 1);
    this.#objects.delete(key);
    this.#tell(object, null);
    return { type: 'insert', at, object };
  }

  #replace(object: EditorObject): Operation {
    const before = this.#existing(object.key);
    this.#objects.set(object.key, object);
    this.#tell(before, object);
    return { type: 'replace', object: before };
  }

  #existing(key: number): EditorObject {
    const object = this.#objects.get(key);
    if (!object) throw new Error(`The document has no object ${key}: an operation was applied out of order.`);
    return object;
  }

  #tell(before: EditorObject | null, after: EditorObject | null) {
    this.#list = null;
    if (!before || !after) this.#places = null;
    for (const watcher of this.#watchers) watcher(before, after);
  }
}
