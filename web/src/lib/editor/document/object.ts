// One drawn instance: the JSON of the answer exactly as it will be written, and the shape that was read from it.
import { kindNamed, kindOf, shapeKinds } from '../geometry/kinds';
import type { Shape } from '../geometry/shape';
import { isObject, objectsOf, textOf, without, type JsonObject } from './json';

/** Never changed in place. What is unknown in `source` is carried along; `shape` is null where no known geometry is. */
export type EditorObject = Readonly<{ key: number; source: JsonObject; shape: Shape | null }>;

export function readObject(key: number, source: JsonObject): EditorObject {
  for (const name of shapeKinds) {
    const shape = name in source ? kindNamed(name).read(source[name]) : null;
    if (shape) return { key, source, shape };
  }
  return { key, source, shape: null };
}

export const objectIdOf = ({ source }: EditorObject): string => textOf(source.objectId) ?? '';
export const schemaIdOf = ({ source }: EditorObject): string => textOf(source.schemaId) ?? '';
export const titleOf = ({ source }: EditorObject): string => textOf(source.title) ?? '';
export const isLocked = ({ source }: EditorObject): boolean => source.lock === true;
export const answersOf = ({ source }: EditorObject): readonly JsonObject[] =>
  objectsOf(source.classifications);

/** The same object with other fields, and the time at which that happened. */
export function withFields(object: EditorObject, fields: JsonObject, nowMs: number): EditorObject {
  return { ...object, source: touched({ ...object.source, ...fields }, nowMs) };
}

export function withShape(object: EditorObject, shape: Shape, nowMs: number): EditorObject {
  const written = kindOf(shape).write(shape, object.source[shape.kind]);
  return { ...object, shape, source: touched({ ...object.source, [shape.kind]: written }, nowMs) };
}

export function withLock(object: EditorObject, lock: boolean, nowMs: number): EditorObject {
  if (lock) return withFields(object, { lock }, nowMs);
  return { ...object, source: touched(without(object.source, 'lock'), nowMs) };
}

function touched(source: JsonObject, nowMs: number): JsonObject {
  const metadata = isObject(source.metadata) ? source.metadata : {};
  return { ...source, metadata: { ...metadata, updatedAt: nowMs } };
}

export type NewObject = Readonly<{
  objectId: string;
  schemaId: string;
  title: string;
  shape: Shape;
  nowMs: number;
  author?: string | undefined;
}>;

export function newObject(key: number, made: NewObject): EditorObject {
  const { objectId, schemaId, title, shape, nowMs, author } = made;
  const metadata = { createdAt: nowMs, ...(author ? { createdBy: author } : {}) };
  const geometry = kindOf(shape).write(shape, undefined);
  return {
    key,
    shape,
    source: { [shape.kind]: geometry, objectId, schemaId, title, classifications: [], metadata },
  };
}

type Copy = Readonly<{ key: number; objectId: string; nowMs: number; author: string | undefined }>;

/** A copy under a new identity and of a new author: the same geometry, class and answers, unlocked. */
export function copyOf(source: JsonObject, { key, objectId, nowMs, author }: Copy): EditorObject {
  const before = isObject(source.metadata) ? without(source.metadata, 'updatedAt') : {};
  const metadata = { ...before, createdAt: nowMs, ...(author ? { createdBy: author } : {}) };
  return readObject(key, { ...without(source, 'lock'), objectId, metadata });
}
