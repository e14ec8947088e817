// Measures the labeling editor in headless Chromium beside a plain SVG scene, in the same run: `npm run bench:editor`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';
import { chromium } from 'playwright-core';

const COUNT = Number(process.env.INSITU_BENCH_SHAPES ?? 5_000);
const ROUNDS = Number(process.env.INSITU_BENCH_STEPS ?? 120);
const TARGET_MS = 16.7;
/** Where the compositor says when new content reached the screen. */
const FRAMES = 'devtools.timeline.frame';
const root = new URL('.', import.meta.url).pathname;

// What is measured is what is released: built and compressed, not the development server's modules.
const outDir = mkdtempSync(join(tmpdir(), 'editor-bench-'));
const settings = { root, configFile: false, logLevel: 'error', build: { outDir, target: 'es2023' } };
await build(settings);
const server = await preview({ ...settings, preview: { port: 0, host: '127.0.0.1' } });
const address = server.resolvedUrls?.local[0] ?? '';
const browser = await chromium.launch({
  executablePath: process.env.INSITU_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
page.on('pageerror', (error) => console.error(String(error)));
page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
const cdp = await browser.newBrowserCDPSession();

const MIDDLE = { x: 592, y: 460 };

/** Moves that a hand would make, sent as fast as frames come: each waits for the next frame. */
async function move(x, y) {
  await page.mouse.move(x, y);
}

const scenarios = {
  async pan() {
    await page.evaluate(() => window.scene.run('tool.hand'));
    await page.mouse.move(MIDDLE.x, MIDDLE.y);
    await page.mouse.down();
    await measured(async (step) => {
      const angle = (step / ROUNDS) * 4 * Math.PI;
      await move(MIDDLE.x + 280 * Math.sin(angle), MIDDLE.y + 180 * Math.sin(angle * 1.5));
    });
    await page.mouse.up();
    await page.evaluate(() => window.scene.run('tool.select'));
  },
  async zoom() {
    await page.mouse.move(MIDDLE.x, MIDDLE.y);
    // From within the page: a wheel that is sent from outside turns only every second frame.
    await measured(null, () => page.evaluate(turnWheel, { ...MIDDLE, rounds: ROUNDS }));
  },
  async hover() {
    await measured(async (step) => {
      await move(200 + ((step * 37) % 860), 150 + ((step * 23) % 620));
    });
  },
  async drag() {
    const from = await vertexOf(COUNT - 1);
    await page.mouse.move(from.middle[0], from.middle[1]);
    await page.mouse.down();
    await page.mouse.up();
    await page.mouse.move(...from.vertex);
    await page.mouse.down();
    await measured(async (step) => {
      const angle = (step / ROUNDS) * 4 * Math.PI;
      await move(from.vertex[0] + 120 * Math.sin(angle), from.vertex[1] + 90 * Math.cos(angle));
    });
    await page.mouse.up();
    const after = await page.evaluate((index) => window.scene.geometryOf(index), from.index);
    if (JSON.stringify(after) === JSON.stringify(from.points)) throw new Error('the drag moved no vertex');
  },
  async draw() {
    await page.evaluate(() => window.scene.run('tool.polygon'));
    await measured(async (step) => {
      const angle = (step / ROUNDS) * 2 * Math.PI;
      const [x, y] = [MIDDLE.x + (120 + step) * Math.cos(angle), MIDDLE.y + (120 + step) * Math.sin(angle)];
      await move(x, y);
      if (step % 4 === 0) {
        await page.mouse.down();
        await page.mouse.up();
      }
    });
    await page.keyboard.press('Escape');
    await page.evaluate(() => window.scene.run('tool.select'));
  },
};

/** Runs in the page: one notch in each frame, in and out again. */
function turnWheel({ x, y, rounds }) {
  const target = document.getElementById('host').firstElementChild;
  return new Promise((done) => {
    let round = 0;
    const turn = () => {
      if (round === rounds) return done();
      const deltaY = Math.floor((round % 60) / 30) === 0 ? -60 : 60;
      target.dispatchEvent(
        new WheelEvent('wheel', { deltaY, clientX: x, clientY: y, bubbles: true, cancelable: true }),
      );
      round++;
      requestAnimationFrame(turn);
    };
    requestAnimationFrame(turn);
  });
}

async function vertexOf(index) {
  return page.evaluate((index) => {
    const points = window.scene.geometryOf(index).map(([x, y]) => [x, y]);
    const sum = points.reduce(([a, b], [x, y]) => [a + x / points.length, b + y / points.length], [0, 0]);
    return {
      index,
      points,
      vertex: window.scene.toClient(points[0]),
      middle: window.scene.toClient(sum),
    };
  }, index);
}

let results = [];

/** Runs the steps and keeps what a person would see of them: when new content reached the screen, and what it cost. */
async function measured(step, all = null) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const before = await cpuSeconds();
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline.frame', FRAMES] });
  await page.evaluate(() => (window.frames = []));
  if (all) await all();
  else for (let index = 0; index < ROUNDS; index++) await step(index);
  const frames = await page.evaluate(() => {
    const frames = window.frames ?? [];
    window.frames = null;
    return frames;
  });
  const trace = JSON.parse(String(await browser.stopTracing()));
  const cpuMs = ((await cpuSeconds()) - before) * 1_000;
  const shown = trace.traceEvents
    .filter(({ name }) => name === 'ActivateLayerTree')
    .map(({ ts }) => ts / 1_000);
  results.push({ page: spread(frames), shown: spread(shown), cpuMs: cpuMs / ROUNDS });
}

function spread(timesMs) {
  const gaps = timesMs.slice(1).map((at, index) => at - timesMs[index]);
  gaps.sort((a, b) => a - b);
  const at = (share) => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))] ?? NaN;
  return { count: gaps.length, median: at(0.5), p95: at(0.95), longest: gaps.at(-1) ?? NaN };
}

/** CPU time of the browser and all its processes. */
async function cpuSeconds() {
  const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

const places = { fit: 0, close: 4 };
const rows = [];
for (const subject of ['ours', 'svg']) {
  for (const [place, notches] of Object.entries(places)) {
    for (const [name, scenario] of Object.entries(scenarios)) {
      await page.goto(address);
      await page.waitForFunction(() => window.scene);
      await page.evaluate(([subject, count]) => window.scene.start(subject, count), [subject, COUNT]);
      await page.mouse.move(MIDDLE.x, MIDDLE.y);
      for (let index = 0; index < notches; index++) await page.mouse.wheel(0, -200);
      // Everything that is painted ahead is painted before anything is measured.
      await page.waitForTimeout(800);
      results = [];
      await scenario();
      rows.push({ subject, place, name, ...results[0] });
      await page.evaluate(() => window.scene.stop());
    }
  }
}
await browser.close();
await server.close();
rmSync(outDir, { recursive: true });

const ms = (value) => value.toFixed(1).padStart(7);
console.log(`${COUNT} polygons of 24 points on 10,000 × 8,000 px, ${ROUNDS} steps each, window 1440 × 900`);
console.log(
  'shown: ms between new contents on screen; page: ms between frames of the page (16.7 is every frame of a 60 Hz screen);',
);
console.log('CPU: ms of all processes of the browser for each step.\n');
const head = 'shown     p95 longest |  page     p95 |    CPU';
console.log(`view  action | ours: ${head}          | SVG: ${head}`);
for (const place of Object.keys(places)) {
  for (const name of Object.keys(scenarios)) {
    const of = (subject) =>
      rows.find((row) => row.subject === subject && row.place === place && row.name === name);
    const [ours, svg] = [of('ours'), of('svg')];
    const cells = ({ shown, page, cpuMs }) =>
      `${ms(shown.median)} ${ms(shown.p95)} ${ms(shown.longest)} |${ms(page.median)} ${ms(page.p95)} |${ms(cpuMs)}`;
    const met = ours.shown.median <= TARGET_MS + 0.5 ? 'met' : 'MISSED';
    console.log(`${place.padEnd(5)} ${name.padEnd(6)} |    ${cells(ours)} ${met.padEnd(8)} |  ${cells(svg)}`);
  }
}
if (process.env.INSITU_BENCH_JSON) {
  const { writeFileSync } = await import('node:fs');
  writeFileSync(process.env.INSITU_BENCH_JSON, JSON.stringify(rows, null, 2));
}
