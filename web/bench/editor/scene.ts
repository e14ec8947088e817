// What both scenes show: 5,000 polygons of 24 points in eight classes on a picture of 10,000 × 8,000 pixels.
export type Place = readonly [number, number];

export const SIZE = { width: 10_000, height: 8_000 };
const POINTS = 24;
const COLORS = ['#4c9aff', '#ff8b3d', '#36b37e', '#e056a0', '#ffc400', '#00b8d9', '#9b6dff', '#ff5630'];

export const schema = {
  tools: COLORS.map((color, index) => ({
    tool: 'polygon',
    title: `class ${index + 1}`,
    schemaId: `class-${index}`,
    color,
  })),
};

export const colorOf = (schemaId: string): string => COLORS[Number(schemaId.slice(6))] ?? '#888888';

/** The same numbers in every run. */
function seeded(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

export type SceneObject = { polygon: Place[]; objectId: string; schemaId: string; classifications: [] };

/** Blobs on a jittered grid, 40 to 180 px across: some touch, a few overlap. The last is large and in the middle, with no other near. */
export function answer(count: number): { tools: SceneObject[]; classifications: []; relations: [] } {
  const random = seeded(7);
  const across = Math.ceil(Math.sqrt((count * SIZE.width) / SIZE.height));
  const step = SIZE.width / across;
  const tools = Array.from({ length: count }, (_, index): SceneObject => {
    const isLast = index === count - 1;
    const isNear = (a: number, b: number) => Math.hypot(a - SIZE.width / 2, b - SIZE.height / 2) < 600;
    const x = Math.min(SIZE.width - 100, ((index % across) + 0.2 + 0.6 * random()) * step);
    const y = Math.min(SIZE.height - 100, (Math.floor(index / across) + 0.2 + 0.6 * random()) * step);
    const radius = 20 + 70 * random();
    const polygon = isLast
      ? blob(SIZE.width / 2, SIZE.height / 2, 450, random)
      : blob(Math.max(100, x), isNear(x, y) ? 100 + 400 * random() : Math.max(100, y), radius, random);
    return {
      polygon,
      objectId: `object-${index}`,
      schemaId: `class-${index % COLORS.length}`,
      classifications: [],
    };
  });
  return { tools, classifications: [], relations: [] };
}

function blob(x: number, y: number, radius: number, random: () => number): Place[] {
  return Array.from({ length: POINTS }, (_, index) => {
    const angle = (index / POINTS) * 2 * Math.PI;
    const away = radius * (0.75 + 0.25 * random());
    return [
      Math.round((x + away * Math.cos(angle)) * 100) / 100,
      Math.round((y + away * Math.sin(angle)) * 100) / 100,
    ];
  });
}

/** A picture with something to see at every scale. */
export function pictureOf(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = SIZE.width;
  canvas.height = SIZE.height;
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const random = seeded(3);
  context.fillStyle = '#5a6b58';
  context.fillRect(0, 0, SIZE.width, SIZE.height);
  for (let index = 0; index < 2_000; index++) {
    const shade = Math.floor(60 + 120 * random());
    context.fillStyle = `rgb(${shade} ${shade + 10} ${shade - 20})`;
    context.fillRect(random() * SIZE.width, random() * SIZE.height, 40 + 300 * random(), 40 + 300 * random());
  }
  return canvas;
}
