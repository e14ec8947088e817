// Editing in a real browser: what undo, redo and a reload bring back is the same on the canvas and in the answer.
import { expect, it } from 'vitest';
import { useBrowser } from './harness';
import { CAT, makeProject, near, sitDown, taskOf, TRIANGLE, type Desk, type Point } from './labeling';

useBrowser();

const ROCKET = 'rocket.jpg';
const TURNED = 'rocket (rotated).jpg';

type Geometry = 'bounding-box' | 'polygon' | 'polyline' | 'point';
type Box = { x: number; y: number; width: number; height: number };
type Drawing = {
  geometry: Geometry;
  /** Of the class that draws it. */
  key: string;
  places: Point[];
  /** Where a click takes hold of the object. */
  inside: Point;
  /** The place that is dragged, and where to. */
  dragged: number;
  to: Point;
};

const drawings: Drawing[] = [
  {
    geometry: 'bounding-box',
    key: 'r',
    places: [[0.35, 0.3], [0.5, 0.55]], // prettier-ignore
    inside: [0.42, 0.42],
    dragged: 1,
    to: [0.6, 0.48],
  },
  { geometry: 'polygon', key: 'p', places: TRIANGLE, inside: [0.5, 0.42], dragged: 0, to: [0.35, 0.26] },
  {
    geometry: 'polyline',
    key: 'l',
    places: [[0.3, 0.7], [0.5, 0.65], [0.65, 0.72]], // prettier-ignore
    inside: [0.5, 0.65],
    dragged: 1,
    to: [0.52, 0.45],
  },
  { geometry: 'point', key: 'o', places: [[0.62, 0.5]], inside: [0.62, 0.5], dragged: 0, to: [0.4, 0.4] },
];

/** The coordinates of the only object as the hub has them; of a box the corners at the top left and the bottom right. */
async function saved(projectId: string, geometry: Geometry, file = CAT): Promise<Point[]> {
  const { tools } = (await taskOf(projectId, file)).answer;
  const found = tools[0]?.[geometry];
  if (tools.length !== 1 || !found) return [];
  if (geometry === 'point') return [found as Point];
  if (geometry !== 'bounding-box') return found as Point[];
  const { x, y, width, height } = found as Box;
  return [
    [x, y],
    [x + width, y + height],
  ];
}

/** Draws one object and gives the image pixels that were clicked. */
async function draw(desk: Desk, { key, places, geometry }: Drawing): Promise<Point[]> {
  await desk.page.keyboard.press(key);
  const clicked = await desk.click(...places);
  if (geometry === 'polygon' || geometry === 'polyline') await desk.page.keyboard.press('n');
  await expect.poll(() => desk.objects().count()).toBe(1);
  await desk.waitSaved();
  return clicked;
}

async function reload(desk: Desk) {
  await desk.waitSaved();
  await desk.page.reload();
  await desk.shown();
  await expect.poll(() => desk.objects().count()).toBe(1);
}

/** Compares two pictures of the canvas without printing them. */
const isSame = (one: Buffer, other: Buffer) => one.equals(other);

it.each(drawings)('edits a $geometry, and takes that back and again to the pixel', async (drawing) => {
  const { geometry, inside, places, dragged, to } = drawing;
  const projectId = await makeProject(`Edit ${geometry}`, [CAT]);
  const desk = await sitDown(projectId);
  const { page } = desk;
  const clicked = await draw(desk, drawing);
  const drawn = await saved(projectId, geometry);
  near(drawn, clicked);
  const before = await desk.canvas();

  await desk.click(inside);
  const moved = await desk.drag(places[dragged] as Point, to);
  await expect.poll(() => saved(projectId, geometry)).not.toEqual(drawn);
  const edited = await saved(projectId, geometry);
  near(edited, clicked.with(dragged, moved.to), 0.12);
  const after = await desk.canvas();
  expect(isSame(after, before)).toBe(false);

  await page.keyboard.press('Control+z');
  await desk.looksLike(before);
  await expect.poll(() => saved(projectId, geometry)).toEqual(drawn);
  await page.keyboard.press('Control+Shift+z');
  await desk.looksLike(after);
  await expect.poll(() => saved(projectId, geometry)).toEqual(edited);

  await reload(desk);
  await desk.looksLike(after);
  expect(await saved(projectId, geometry)).toEqual(edited);
  await desk.visitor.leave();
});

it('puts a vertex into a polygon and takes it out again', async () => {
  const projectId = await makeProject('Vertices', [CAT]);
  const desk = await sitDown(projectId);
  const { page } = desk;
  const polygon = drawings[1] as Drawing;
  await draw(desk, polygon);
  const three = await saved(projectId, 'polygon');
  const before = await desk.canvas();

  await desk.click(polygon.inside);
  const pulled: Point = [0.52, 0.2];
  const { to } = await desk.drag([0.5, 0.325], pulled);
  await expect.poll(async () => (await saved(projectId, 'polygon')).length).toBe(4);
  const four = await saved(projectId, 'polygon');
  expect(four.toSpliced(1, 1)).toEqual(three);
  near([four[1]], [to], 1);
  const after = await desk.canvas();
  expect(isSame(after, before)).toBe(false);
  await reload(desk);
  await desk.looksLike(after);

  await desk.click(polygon.inside);
  await page.keyboard.down('Alt');
  await desk.click(pulled);
  await page.keyboard.up('Alt');
  await expect.poll(() => saved(projectId, 'polygon')).toEqual(three);
  await desk.looksLike(before);
  await page.keyboard.press('Control+z');
  await desk.looksLike(after);
  await expect.poll(() => saved(projectId, 'polygon')).toEqual(four);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => saved(projectId, 'polygon')).toEqual(three);
  await reload(desk);
  await desk.looksLike(before);
  await desk.visitor.leave();
});

it('counts the pixels of a turned picture as it is shown', async () => {
  const corners: Point[] = [[0.3, 0.4], [0.85, 0.6]]; // prettier-ignore
  const answers: Point[][] = [];
  // The same photograph, stored upright and stored on its side.
  for (const file of [ROCKET, TURNED]) {
    const projectId = await makeProject(`Turned ${file}`, [file]);
    const desk = await sitDown(projectId);
    expect(await desk.page.locator('[data-size]').innerText()).toBe('640 × 427');
    const clicked = await draw(desk, { ...(drawings[0] as Drawing), places: corners });
    const box = await saved(projectId, 'bounding-box', file);
    near(box, clicked);
    const before = await desk.canvas();
    await desk.visitor.screenshot(`labeling-${file === TURNED ? 'turned' : 'upright'}`);
    await reload(desk);
    await desk.looksLike(before);
    answers.push(box);
    await desk.page.keyboard.press('Control+a');
    await desk.page.keyboard.press('Delete');
    await desk.page.keyboard.press('r');
    await desk.click([0.01, 0.01], [0.99, 0.99]);
    // From edge to edge the box is the whole picture, whatever was clicked outside of it.
    await expect
      .poll(() => saved(projectId, 'bounding-box', file))
      .toEqual([
        [0, 0],
        [640, 427],
      ]);
    await desk.visitor.leave();
  }
  expect(answers[1]).toEqual(answers[0]);
  // Further right than the stored picture is wide.
  expect(answers[1]?.[1]?.[0]).toBeGreaterThan(427);
});

it.each([
  { slider: 'Brightness', value: '2' },
  { slider: 'Contrast', value: '0.4' },
  { slider: 'Opacity of shapes', value: '0.2' },
])('changes with $slider what is seen, never what is saved', async ({ slider, value }) => {
  const projectId = await makeProject(`Look ${slider}`, [CAT]);
  const desk = await sitDown(projectId);
  const { page } = desk;
  await draw(desk, drawings[1] as Drawing);
  const plain = await desk.canvas();
  const task = await taskOf(projectId, CAT);

  const controls = page.getByRole('button', { name: 'Brightness, contrast, opacity' });
  /** The canvas once the panel that floats over it is closed. */
  async function seen(): Promise<Buffer> {
    await page.keyboard.press('Escape');
    await page.getByRole('slider').first().waitFor({ state: 'hidden' });
    await desk.click([0.02, 0.02]);
    return desk.canvas();
  }
  await controls.click();
  await page.getByRole('slider', { name: slider }).fill(value);
  const changed = await seen();
  expect(isSame(changed, plain)).toBe(false);
  await desk.visitor.screenshot(`labeling-look-${slider.split(' ')[0]?.toLowerCase()}`);

  await controls.click();
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await seen();
  await desk.looksLike(plain);
  await reload(desk);
  const { answer, revision } = await taskOf(projectId, CAT);
  expect(answer).toEqual(task.answer);
  expect(revision).toBe(task.revision);
  await desk.visitor.leave();
});
