import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Relative addresses: the build works from any path of a static host.
  base: './',
  // Several pages and no router: what is not there is a 404.
  appType: 'mpa',
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    rolldownOptions: {
      input: ['index.html', 'engine.html', 'harness.html'],
      // How long plugins take on a busy machine is no news.
      checks: { pluginTimings: false },
    },
  },
  test: { include: ['src/**/*.test.ts', 'shaders/**/*.test.ts'], environment: 'node' },
});
