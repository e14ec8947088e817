// The page that is measured: the same 5,000 polygons on the same picture, in our engine or in a plain SVG scene.
import { createEditor, type Editor } from '../../src/lib/editor';
import { answer, pictureOf, schema, SIZE, type Place } from './scene';
import { createSvgScene, type SvgScene } from './svg';

export type Subject = 'ours' | 'svg';

let editor: Editor | null = null;
let svg: SvgScene | null = null;
let picture: HTMLCanvasElement | null = null;

const host = () => document.getElementById('host') as HTMLElement;

const api = {
  start(subject: Subject, count: number) {
    picture ??= pictureOf();
    if (subject === 'svg') svg = createSvgScene(host(), picture, answer(count));
    else editor = createEditor({ host: host(), picture, ...SIZE, schema, answer: answer(count) });
  },
  stop() {
    editor?.destroy();
    svg?.destroy();
    editor = svg = null;
  },
  /** Where a place of the picture is on the page. */
  toClient: ([x, y]: Place): Place => {
    const [left, top] = (editor ?? svg)?.toClient([x, y]) ?? [0, 0];
    return [left, top];
  },
  run: (id: string) => editor?.run(id) ?? svg?.run(id) ?? false,
  count: () => editor?.toAnswer().tools.length ?? svg?.count() ?? 0,
  geometryOf: (index: number) => editor?.toAnswer().tools[index]?.polygon ?? svg?.pointsOf(index),
};

declare global {
  interface Window {
    scene: typeof api;
    frames: number[] | null;
  }
}

window.scene = api;
window.frames = null;

/** The times between frames, as long as `window.frames` is a list. */
function tick(nowMs: number) {
  window.frames?.push(nowMs);
  requestAnimationFrame(tick);
}
requestAnimationFrame(tick);
