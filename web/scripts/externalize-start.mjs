// Moves the page's starting script out of the HTML, so that a Content-Security-Policy may forbid inline scripts.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const build = new URL('../build/', import.meta.url).pathname;
const page = join(build, 'index.html');
const html = readFileSync(page, 'utf8');
const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)];
if (inline.length !== 1) throw new Error(`expected one inline script in index.html, found ${inline.length}`);

const [tag, code] = inline[0];
const name = `start.${createHash('sha256').update(code).digest('hex').slice(0, 12)}.js`;
writeFileSync(join(build, '_app/immutable', name), code.trim() + '\n');
// A classic script at the same place: it asks `document.currentScript` where to put the page.
writeFileSync(page, html.replace(tag, `<script src="/_app/immutable/${name}"></script>`));
