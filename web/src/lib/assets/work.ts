// What was labeled on an asset, in few words: how many objects of each class, and how many questions are answered.
import { objectsOf, textOf, type JsonObject } from '$lib/editor/document/json';
import { UNKNOWN_COLOR, type Schema } from '$lib/editor/schema/schema';

export type Labeled = {
  /** In the order of the schema; what that does not have any more comes last. */
  classes: { schemaId: string; title: string; color: string; count: number }[];
  /** Questions about the asset itself. */
  questions: number;
};

export function labeledIn(answer: JsonObject, schema: Schema): Labeled {
  const counts = new Map<string, { title: string; count: number }>();
  for (const object of objectsOf(answer.tools)) {
    const schemaId = textOf(object.schemaId) ?? '';
    const title = textOf(object.title) ?? schemaId;
    const { count } = counts.get(schemaId) ?? { count: 0 };
    counts.set(schemaId, { title, count: count + 1 });
  }
  const known = schema.classes.flatMap(({ schemaId, title, tool, color }) => {
    const found = counts.get(schemaId);
    counts.delete(schemaId);
    return found ? [{ schemaId, title: title || tool, color, count: found.count }] : [];
  });
  const others = [...counts].map(([schemaId, found]) => ({ schemaId, color: UNKNOWN_COLOR, ...found }));
  return { classes: [...known, ...others], questions: objectsOf(answer.classifications).length };
}
