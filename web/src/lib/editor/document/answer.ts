// Answers in and out: what nobody changed is written as it came, fields and geometries that are not known included.
import type { Content, Document } from './document';
import { isObject, objectsOf, type JsonObject } from './json';
import { readObject } from './object';

export type Answer = Readonly<{
  tools: readonly JsonObject[];
  classifications: readonly JsonObject[];
  relations: readonly JsonObject[];
}> &
  JsonObject;

/** Accepts `tools` (what the hub answers) or `objects` (what imports call them). */
export function readAnswer(json: unknown, nextKey: () => number): Content {
  const { tools, objects, classifications, relations, ...extra } = isObject(json) ? json : {};
  return {
    objects: objectsOf(tools ?? objects).map((source) => readObject(nextKey(), source)),
    classifications: objectsOf(classifications),
    relations: objectsOf(relations),
    extra,
  };
}

export function writeAnswer(document: Document): Answer {
  return {
    ...document.extra,
    tools: document.objects.map(({ source }) => source),
    classifications: document.classifications,
    relations: document.relations,
  };
}

/** The relations that are left when objects go: none points to what is not there. */
export function relationsWithout(
  relations: readonly JsonObject[],
  gone: ReadonlySet<unknown>,
): readonly JsonObject[] {
  if (gone.size === 0) return relations;
  const dropped = relations.filter(({ from, to }) => gone.has(from) || gone.has(to));
  // A relation may join relations: those that go take along what hangs on them.
  const ids = new Set([...gone, ...dropped.flatMap(({ objectId }) => (objectId ? [objectId] : []))]);
  const kept = relations.flatMap((relation) => {
    if (dropped.includes(relation)) return [];
    if (!Array.isArray(relation.group) || !relation.group.some((id) => ids.has(id))) return [relation];
    const group = relation.group.filter((id) => !ids.has(id));
    return group.length > 1 ? [{ ...relation, group }] : [];
  });
  if (kept.length === relations.length && kept.every((one, index) => one === relations[index]))
    return relations;
  return ids.size > gone.size
    ? relationsWithout(kept, new Set([...ids].filter((id) => !gone.has(id))))
    : kept;
}
