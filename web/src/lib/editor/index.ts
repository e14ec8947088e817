// What a page may use of the editor's engine.
export { createEditor } from './editor';
export type { Editor, EditorEvent, EditorOptions, EditorStore } from './editor';
export type { ClassRow, EditorState, ObjectRow } from './state';
export type { Command, Group } from './commands/command';
export type { Look } from './core';
export { LOOK_LIMITS } from './commands/view';
export type { Answer } from './document/answer';
export type { Point } from './geometry/point';
export type { ShapeKind } from './geometry/shape';
export type { Picture } from './scene/picture';
export type { Problem } from './schema/check';
export { isAskable, toggled, valueOf } from './schema/questions';
export type { Asked, Given } from './schema/questions';
export type { Option, Question } from './schema/schema';
export type { ToolId } from './tools/tool';
