// How the interface is bundled, and where a development server finds a running hub.
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

const hub = process.env.INSITU_HUB ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [sveltekit()],
  server: { proxy: { '/v2': hub, '/docs': hub, '/health': hub } },
  worker: { format: 'es' },
  // Nothing is inlined as a data: address: a Content-Security-Policy need not allow any.
  build: {
    target: 'es2023',
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    // Only pages name all that they need beforehand: for each part that comes later the names alone, which do not compress,
    // were 2 KB of the first display, and most of what they name is there by then.
    modulePreload: {
      resolveDependencies: (_file, deps, { hostId }) => (hostId.includes('/entry/') ? deps : []),
    },
  },
  // A busy machine takes its time.
  test: { include: ['src/**/*.test.ts'], environment: 'node', testTimeout: 60_000 },
});
