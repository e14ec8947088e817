// Says how much JavaScript each page makes the browser fetch, compressed, and fails when one is over its limit.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const PAGE_LIMIT_KB = 110;
/** With the editor's engine. */
const EDITOR_LIMIT_KB = 180;
const isEditor = (route) => /\/(label|tasks\/\[task\])$/.test(route);
const build = new URL('../build/', import.meta.url).pathname;

/** Every file that `entry` needs before it can run: its static imports, and theirs. */
function closure(entry, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const code = readFileSync(join(build, entry), 'utf8');
  for (const [, path] of code.matchAll(/(?:from|import)\s*["'`]([^"'`]+\.js)["'`]/g)) {
    closure(path.startsWith('.') ? normalize(join(dirname(entry), path)) : path, seen);
  }
  return seen;
}

const sizes = new Map();
function size(file) {
  if (!sizes.has(file)) {
    const bytes = readFileSync(join(build, file));
    sizes.set(file, { gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length });
  }
  return sizes.get(file);
}

const html = readFileSync(join(build, 'index.html'), 'utf8');
const shared = [...html.matchAll(/<link href="\/([^"]+\.js)" rel="modulepreload"/g)].map((found) => found[1]);
const nodes = readdirSync(join(build, '_app/immutable/nodes'));
const nodeFile = (number) => `_app/immutable/nodes/${nodes.find((file) => file.startsWith(`${number}.`))}`;

// SvelteKit's own table: which layouts and which page stand behind a route.
const table = readFileSync(
  new URL('../.svelte-kit/generated/client-optimized/app.js', import.meta.url),
  'utf8',
);
const routes = [...table.matchAll(/^\s*"(\/[^"]*)": \[([\d,[\]\s]+)\],?$/gm)].map(([, route, numbers]) => [
  route,
  numbers.match(/\d+/g),
]);
if (routes.length === 0) throw new Error('no routes found in the table of SvelteKit');

let failed = false;
for (const [route, numbers] of routes) {
  const files = new Set();
  for (const entry of [...shared, ...numbers.map(nodeFile)]) closure(entry, files);
  const sum = (kind) => [...files].reduce((total, file) => total + size(file)[kind], 0) / 1024;
  const gzip = sum('gzip');
  const over = gzip > (isEditor(route) ? EDITOR_LIMIT_KB : PAGE_LIMIT_KB);
  failed ||= over;
  console.log(
    `${route.padEnd(28)} ${gzip.toFixed(1).padStart(6)} KB gzip ${sum('brotli').toFixed(1).padStart(6)} KB brotli ${String(files.size).padStart(3)} files${over ? '  OVER THE LIMIT' : ''}`,
  );
}
if (failed) process.exit(1);
