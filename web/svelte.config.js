// How SvelteKit builds: one page, no server, every file ready to be embedded in the hub's binary.
import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
  kit: {
    adapter: adapter({ fallback: 'index.html', precompress: false }),
    output: { preloadStrategy: 'modulepreload' },
    alias: { $ui: 'src/lib/ui' },
    // The hub serves every unknown path with the page, so addresses stay absolute.
    paths: { relative: false },
    version: { pollInterval: 0 },
  },
  vitePlugin: {
    // Packages bring components in the older style: runes are for our own files.
    dynamicCompileOptions: ({ filename }) =>
      filename.includes('node_modules') ? { runes: undefined } : undefined,
  },
};
