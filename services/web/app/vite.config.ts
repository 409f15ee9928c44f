// Builds the application into dist/. Assets carry a hash in their name, so the server may let browsers
// keep them for ever. Nothing is inlined: the content security policy allows no inline script, style or data: URL.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const api = process.env.LYSBRO_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [svelte()],
  build: { target: 'es2022', assetsInlineLimit: 0, sourcemap: false, manifest: true, reportCompressedSize: false },
  server: { host: 'localhost', proxy: { '/api': { target: api } } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
