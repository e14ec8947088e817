// What a person should know before submitting: required things that are missing, shapes that are not what they seem.
// The codes are the hub's own, which checks the same when the answer arrives.
import type { Document } from '../document/document';
import { answersOf, objectIdOf, schemaIdOf, type EditorObject } from '../document/object';
import { areaOf, boundsOfShape, isShapeKind, kindOf } from '../geometry/kinds';
import { encloses, type Size } from '../geometry/point';
import { words } from '../words';
import { asked, type Asked } from './questions';
import type { Schema } from './schema';

export type Problem = Readonly<{
  code: string;
  message: string;
  /** The object that it is about; null for the task as a whole. */
  key: number | null;
  objectId: string | null;
  /** The schemaIds down to the question, or the class that is missing. */
  path: readonly string[];
  /** Whether a submit has to wait for it. */
  isBlocking: boolean;
}>;

export class Checker {
  /** Objects never change, so what was found in one is found once. */
  #found = new WeakMap<EditorObject, readonly Problem[]>();
  #schema: Schema;
  #size: Size;

  constructor(schema: Schema, size: Size) {
    this.#schema = schema;
    this.#size = size;
  }

  check(document: Document): readonly Problem[] {
    const used = new Set(document.objects.map(schemaIdOf));
    const missing = this.#schema.classes.filter(
      // What no tool draws yet is never waited for.
      (one) => one.isRequired && isShapeKind(one.tool) && !used.has(one.schemaId),
    );
    return [
      ...missing.map((one) =>
        problem('answer.required_object', words.problems.classMissing(one.title), null, [one.schemaId], true),
      ),
      ...asked(this.#schema.questions, document.classifications).flatMap((one) =>
        questionProblems(one, null),
      ),
      ...document.objects.flatMap((object) => this.ofObject(object)),
    ];
  }

  ofObject(object: EditorObject): readonly Problem[] {
    let found = this.#found.get(object);
    if (!found) {
      found = [...this.#classProblems(object), ...this.#shapeProblems(object)];
      this.#found.set(object, found);
    }
    return found;
  }

  #classProblems(object: EditorObject): Problem[] {
    const objectClass = this.#schema.classOf.get(schemaIdOf(object));
    if (!objectClass) {
      return [problem('answer.class_unknown', words.problems.unknownClass, object, [], false)];
    }
    return asked(objectClass.questions, answersOf(object)).flatMap((one) => questionProblems(one, object));
  }

  #shapeProblems(object: EditorObject): Problem[] {
    const { shape } = object;
    const noticed = (code: string, message: string) => problem(code, message, object, [], false);
    if (!shape) return [noticed('answer.unknown_geometry', words.problems.unknownGeometry)];
    const { width, height } = this.#size;
    const found: Problem[] = [];
    if (!encloses({ minX: 0, minY: 0, maxX: width, maxY: height }, boundsOfShape(shape))) {
      found.push(noticed('answer.outside_picture', words.problems.outside));
    }
    const kind = kindOf(shape);
    if (kind.handles(shape).length < (kind.fewestVertices ?? 0)) {
      found.push(noticed('answer.too_few_points', words.problems.tooFewPoints));
    } else if ((shape.kind === 'polygon' || shape.kind === 'bounding-box') && areaOf(shape) === 0) {
      found.push(noticed('answer.no_area', words.problems.noArea));
    }
    return found;
  }
}

function questionProblems({ question, path, isMissing, isMismatched }: Asked, object: EditorObject | null) {
  if (isMissing) {
    return [
      problem('answer.required_question', words.problems.answerMissing(question.title), object, path, true),
    ];
  }
  if (isMismatched) {
    return [
      problem(
        'answer.text_does_not_match',
        words.problems.answerMismatch(question.title),
        object,
        path,
        true,
      ),
    ];
  }
  return [];
}

function problem(
  code: string,
  message: string,
  object: EditorObject | null,
  path: readonly string[],
  isBlocking: boolean,
): Problem {
  return {
    code,
    message,
    key: object?.key ?? null,
    objectId: object ? objectIdOf(object) : null,
    path,
    isBlocking,
  };
}
