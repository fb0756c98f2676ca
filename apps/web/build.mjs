/**
 * The dashboard's build: static files in `dist`, which the API serves at `/`. Nothing is loaded from elsewhere when it runs.
 * `node build.mjs serve` serves the sources instead, and reloads what changes, beside an `npm start` on its usual port.
 */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { build, createServer } from 'vite';
import { readExamples } from './read-examples.mjs';

const api = process.env.GRIDMR_URL ?? 'http://127.0.0.1:8000';
const options = {
  root: fileURLToPath(new URL('.', import.meta.url)),
  configFile: false,
  logLevel: 'warn',
  plugins: [react()],
  define: { GRIDMR_EXAMPLES: JSON.stringify(await readExamples()) },
  build: { outDir: 'dist', emptyOutDir: true, sourcemap: true, chunkSizeWarningLimit: 1500 },
  server: { proxy: { '/api': api, '/health': api } },
};

if (process.argv[2] === 'serve') {
  const server = await createServer({ ...options, logLevel: 'info' });
  await server.listen();
  server.printUrls();
} else {
  await build(options);
}
