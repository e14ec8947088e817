// What the tests of the labeling page share: projects with a schema, the canvas as people use it, answers as the hub has them.
import { expect } from 'vitest';
import { assetsOf, fileNameOf, ready, Visitor, type ApiAsset } from './harness';

export type Point = [number, number];
export type ApiObject = Record<string, unknown> & { objectId: string; title: string };
export type ApiTask = {
  _id: string;
  stage: string;
  reviewStatus: string;
  assignee: string | null;
  externalId: string | null;
  isDraft: boolean;
  isSkipped: boolean;
  priority: number;
  revision: number;
  answer: { tools: ApiObject[]; classifications: Record<string, unknown>[] };
};

export const CAT = 'cute-cat.jpg';
export const CUP = 'coffee cup.jpg';
export const CLOCK = 'clock 100%.png';

/** Places on the canvas where the pictures of the demo are, whatever their shape. */
export const TRIANGLE: Point[] = [
  [0.4, 0.3],
  [0.6, 0.35],
  [0.5, 0.6],
];

/** One class for each tool, in the order of their digits. */
export const SCHEMA = {
  tools: [
    { tool: 'bounding-box', title: 'Car', schemaId: 'c-car', color: '#4C9AFF', required: false },
    { tool: 'polygon', title: 'Road', schemaId: 'c-road', color: '#36B37E', required: false },
    { tool: 'polyline', title: 'Lane', schemaId: 'c-lane', color: '#FFC400', required: false },
    { tool: 'point', title: 'Light', schemaId: 'c-light', color: '#E056A0', required: false },
  ],
  classifications: [
    {
      tool: 'radio',
      title: 'Weather',
      schemaId: 'q-weather',
      required: false,
      options: [
        { value: 'Sun', schemaId: 'o-sun' },
        { value: 'Rain', schemaId: 'o-rain' },
      ],
      classifications: [
        {
          tool: 'text',
          title: 'How much',
          schemaId: 'q-much',
          required: true,
          parentOptionId: 'o-rain',
          regex: '[0-9]+ mm',
        },
      ],
    },
  ],
  relations: [],
};

export async function api<Data>(method: string, path: string, body?: unknown): Promise<Data> {
  const response = await fetch(ready.url + path, {
    method,
    headers: { apikey: ready.apiKey, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (JSON.parse(text) as { data: Data }).data;
}

/** A project of its own with some of the demo's photographs, and in its list another size if that is said. */
export async function makeProject(
  name: string,
  files: string[],
  schema: object = SCHEMA,
  size: object = {},
): Promise<string> {
  const samples = await assetsOf(ready.projectId);
  const rows = files.map((file) => {
    const sample = samples.find((asset) => fileNameOf(asset) === file) as ApiAsset;
    const { width, height } = sample.metadata;
    return { data: sample.data, externalId: file, storage: sample.storage, width, height, ...size };
  });
  const unique = `${name} ${Date.now()}`;
  const { project } = await api<{ project: { _id: string } }>('POST', '/v2/project', { name: unique });
  await api('POST', `/v2/project/${project._id}`, { categorySchema: schema });
  if (files.length === 0) return project._id;
  await api('POST', `/v2/project/${project._id}/cloud`, { assets: rows });
  await expect.poll(async () => (await assetsOf(project._id)).length).toBe(files.length);
  return project._id;
}

export async function tasksOf(projectId: string): Promise<ApiTask[]> {
  const query = 'limit=100&includeAnswer=true';
  return (await api<{ tasks: ApiTask[] }>('GET', `/v2/project/${projectId}/tasks?${query}`)).tasks;
}

export async function taskOf(projectId: string, externalId: string): Promise<ApiTask> {
  const task = (await tasksOf(projectId)).find((one) => one.externalId === externalId);
  if (!task) throw new Error(`no task for ${externalId}`);
  return task;
}

/** The labeling page in front of a visitor. */
export class Desk {
  constructor(readonly visitor: Visitor) {}

  get page() {
    return this.visitor.page;
  }

  get mat() {
    return this.page.locator('.mat');
  }

  get saved() {
    return this.page.locator('[data-saved]');
  }

  async open(projectId: string, path = 'label') {
    await this.page.goto(`/projects/${projectId}/${path}`);
    await this.shown();
  }

  /** Waits for a picture, of another task than the one before if that is said. */
  async shown(after?: string) {
    await this.page
      .locator(after ? `[data-task]:not([data-task="${after}"])` : '[data-task]')
      .locator('[data-picture="shown"] canvas')
      .first()
      .waitFor();
  }

  async taskId(): Promise<string> {
    return (await this.page.locator('[data-task]').getAttribute('data-task')) ?? '';
  }

  /** A place on the screen by its share of the canvas, and the image pixel there as the status line says it. */
  async at([across, down]: Point): Promise<{ screen: Point; image: Point }> {
    const box = await this.mat.boundingBox();
    if (!box) throw new Error('the canvas is not on the page');
    const screen: Point = [Math.round(box.x + box.width * across), Math.round(box.y + box.height * down)];
    await this.page.mouse.move(...screen);
    const told = await this.page.locator('[data-pointer]').innerText();
    const found = /x\s*(-?[\d.]+)\s+y\s*(-?[\d.]+)/.exec(told);
    if (!found) throw new Error(`the status line says no place: ${told}`);
    return { screen, image: [Number(found[1]), Number(found[2])] };
  }

  /** Clicks at places of the canvas and gives the image pixels that were clicked. */
  async click(...places: Point[]): Promise<Point[]> {
    const clicked: Point[] = [];
    for (const place of places) {
      const { screen, image } = await this.at(place);
      await this.page.mouse.click(...screen);
      clicked.push(image);
    }
    return clicked;
  }

  async drag(from: Point, to: Point) {
    const start = await this.at(from);
    await this.page.mouse.down();
    const end = await this.at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]).then(() => this.at(to));
    await this.page.mouse.up();
    return { from: start.image, to: end.image };
  }

  async waitSaved() {
    await this.page.locator('[data-saved="saved"]').waitFor();
  }

  objects() {
    return this.page.getByRole('grid', { name: 'Objects' }).getByRole('row');
  }

  /** The canvas alone, with nothing selected and no pointer over it. */
  async canvas(): Promise<Buffer> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('v');
    await this.page.mouse.move(2, 2);
    await this.page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    );
    return this.mat.screenshot();
  }

  /** Waits until the canvas is this picture: after its window or its view has changed, it is painted once more at rest. */
  async looksLike(picture: Buffer) {
    await expect.poll(async () => picture.equals(await this.canvas())).toBe(true);
  }
}

export function near(found: unknown, wanted: Point[], within = 0.06) {
  const points = found as Point[];
  expect(points.length).toBe(wanted.length);
  points.forEach((point, index) => {
    expect(Math.abs(point[0] - (wanted[index]?.[0] ?? NaN))).toBeLessThan(within);
    expect(Math.abs(point[1] - (wanted[index]?.[1] ?? NaN))).toBeLessThan(within);
  });
}

/** Signs in and opens the labeling page of a project. */
export async function sitDown(projectId: string, path = 'label'): Promise<Desk> {
  const visitor = await Visitor.come();
  await visitor.signIn();
  const desk = new Desk(visitor);
  await desk.open(projectId, path);
  return desk;
}
