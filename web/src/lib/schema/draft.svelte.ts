// The schema that is being edited: the one place that changes it, and what it was when it was last saved.
import { tick } from 'svelte';
import { holds, mistakes, toDraft, toJson, untitledIn, type CategoryJson, type SchemaJson } from './document';

export class SchemaDraft {
  schema = $state<SchemaJson>(toDraft(null));
  #saved = $state('');
  #untitled = new Set<string>();
  /** Whether mistakes are shown: not before somebody tries to save. */
  tried = $state(false);
  /** The id of what was just added: its field takes the focus when it appears. */
  fresh: string | null = null;
  /** Counts the schemas that took the place of the one before: what was taken out of that one is not put into this. */
  #generation = 0;
  #freshField: HTMLElement | null = null;

  readonly isChanged = $derived(JSON.stringify(this.schema) !== this.#saved);
  readonly #mistakes = $derived(mistakes(this.schema, this.#untitled));
  readonly isEmpty = $derived(
    this.schema.tools.length + this.schema.classifications.length + this.schema.relations.length === 0,
  );

  constructor(json: unknown) {
    this.load(json);
  }

  /** Takes what the hub has. */
  load(json: unknown) {
    this.replace(json);
    this.#saved = JSON.stringify(this.schema);
  }

  /** Takes another schema as a change that is not saved yet. */
  replace(json: unknown) {
    this.#generation += 1;
    this.schema = toDraft(json);
    this.#untitled = untitledIn(this.schema);
    this.tried = false;
  }

  toJson(): SchemaJson {
    return toJson(this.schema);
  }

  /** Whether it can be sent; shows what is to be mended otherwise. */
  check(): boolean {
    this.tried = true;
    return this.#mistakes.size === 0;
  }

  mistake(id: string) {
    return this.tried ? (this.#mistakes.get(id) ?? null) : null;
  }

  /** Whether something under a category is to be mended: then it must not stay folded. */
  hasMistakeWithin(category: CategoryJson): boolean {
    return this.tried && holds(category, this.#mistakes);
  }

  set<Thing extends object, Name extends keyof Thing>(thing: Thing, name: Name, value: Thing[Name]) {
    thing[name] = value;
  }

  add<Thing extends { schemaId?: unknown; key?: unknown }>(list: Thing[], thing: Thing) {
    this.fresh = String(thing.schemaId ?? thing.key);
    list.push(thing);
  }

  /** Takes something out. What is answered puts it back; false where that is too late. */
  remove<Thing>(list: Thing[], at: number): () => boolean {
    const gone = list.splice(at, 1);
    return this.#wayBack(() => list.splice(at, 0, ...gone));
  }

  /** Takes an option out, with the questions that it made appear. */
  removeOption(category: CategoryJson, at: number): () => boolean {
    const [gone] = category.options.splice(at, 1);
    const before = category.classifications;
    category.classifications = before.filter(({ parentOptionId }) => parentOptionId !== gone?.schemaId);
    return this.#wayBack(() => {
      if (gone) category.options.splice(at, 0, gone);
      const isBack = (one: CategoryJson) => one.parentOptionId === gone?.schemaId;
      before.forEach((one, place) => isBack(one) && category.classifications.splice(place, 0, one));
    });
  }

  #wayBack(back: () => void) {
    const of = this.#generation;
    return () => {
      if (this.#generation !== of) return false;
      back();
      return true;
    };
  }

  /** Moves one place up or down, and leaves the focus on what was pressed, or on `otherwise` where that ended. */
  async move<Thing>(list: Thing[], at: number, by: -1 | 1, otherwise: HTMLElement | null) {
    const to = at + by;
    if (to < 0 || to >= list.length) return;
    const pressed = document.activeElement;
    const [thing] = list.splice(at, 1);
    if (thing !== undefined) list.splice(to, 0, thing);
    await tick();
    const isUsable =
      pressed instanceof HTMLElement && !(pressed instanceof HTMLButtonElement && pressed.disabled);
    (isUsable ? pressed : otherwise)?.focus();
  }

  /** An attachment for the field of something that may have just been added. */
  focusIfFresh = (id: string) => (field: HTMLElement) => {
    if (this.fresh !== id) return;
    this.fresh = null;
    this.#freshField = field;
    field.focus();
  };

  /** The field of what was just added, once: for a menu that takes the focus when it closes. */
  takeFreshField = () => {
    const field = this.#freshField;
    this.#freshField = null;
    return field;
  };
}
