// The tests in a real browser. One file after the other: they look at one hub.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    include: ['**/*.e2e.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // A busy machine takes its time, and a test that fails for good fails as surely later.
    expect: { poll: { timeout: 15_000 } },
  },
});
