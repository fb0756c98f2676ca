/**
 * The programs of GridMR, each in a few files instead of hundreds of modules: `dist/api.js`, `dist/worker.js` and so on, with the threads and
 * processes that they start beside them. A worker then starts with two thirds of the processor time, which is what a lost one costs
 * most. The compiled packages stay what tests and types look at.
 *
 * `node scripts/bundle-programs.mjs [program…]`, after the compiler; without names, all of them.
 */
import { rmSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { root } from './root.mjs';

const programs = {
  api: 'apps/api/dist/main.js',
  demo: 'apps/launcher/dist/demo.js',
  gridmr: 'apps/cli/dist/main.js',
  start: 'apps/launcher/dist/start.js',
  worker: 'apps/worker/dist/main.js',
};
const output = join(root, 'dist');

/** Compiled for the machine, looking for files of their own beside themselves, or for few. */
const leftOutside = [
  ...[/^better-sqlite3/, /^msgpackr-extract/],
  ...[/^quickjs-emscripten/, /^@jitl\//, /^@bull-board\//],
  ...[/^@opentelemetry\/(?!api$)/, /^@aws-sdk\//, /^typescript$/],
];

export async function bundlePrograms(names = Object.keys(programs)) {
  rmSync(output, { recursive: true, force: true });
  const input = Object.fromEntries(names.map(name => [name, join(root, programs[name])]));
  const bundle = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    external: leftOutside,
    plugins: [keepPlaces()],
    logLevel: 'warn',
  });
  await bundle.write({ dir: output, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' });
  await bundle.close();
}

/**
 * Modules find files by where they are. `new URL('./thread.js', import.meta.url)` becomes a bundle of its own and points there; every other place
 * stays where it was, seen from the bundle.
 */
function keepPlaces() {
  return {
    name: 'keep-places',
    transform(code, id) {
      if (id.startsWith('\0') || !code.includes('import.meta.')) return null;
      const place = path => (path === '.' ? './' : path).split(sep).join('/');
      const urls = code.replace(/new URL\(\s*'([^']+)',\s*import\.meta\.url\s*\)/g, (_, path) => {
        const target = resolve(dirname(id), path);
        if (!target.endsWith('.js') || target.startsWith(output + sep)) return urlOf(target, path);
        const name = relative(root, target).replaceAll(sep, '-').replace('-dist-', '-').replace(/\.js$/, '');
        this.emitFile({ type: 'chunk', id: target, fileName: `${name}.js` });
        return urlOf(join(output, `${name}.js`), '');
      });
      return urls.replaceAll(/(?<!, )import\.meta\.url/g, `${urlOf(id, '')}.href`);

      function urlOf(target, path) {
        return `new URL('${place(relative(output, target))}${path.endsWith('/') ? '/' : ''}', import.meta.url)`;
      }
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundlePrograms(process.argv.length > 2 ? process.argv.slice(2) : undefined);
}
