/**
 * The programs of GridMR, each in a few files instead of hundreds of modules: `dist/api.js`, `dist/worker.js` and so on, with the threads and
 * processes that they start beside them. A worker then starts with two thirds of the processor time, which is what a lost one costs
 * most. The compiled packages stay what tests and types look at.
 *
 * `node scripts/bundle-programs.mjs [program…]`, after the compiler; without names, all of them.
 */
import { rmSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
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
  ...[/^libsql$/, /^msgpackr-extract/],
  ...[/^quickjs-emscripten/, /^@jitl\//, /^@bull-board\//],
  ...[/^@opentelemetry\/(?!api$)/, /^@aws-sdk\//, /^typescript$/],
];

async function bundlePrograms(names) {
  rmSync(output, { recursive: true, force: true });
  const input = Object.fromEntries(names.map(name => [name, join(root, programs[name])]));
  const bundle = await rolldown({
    cwd: root,
    input,
    platform: 'node',
    // What is bundled is compiled already; images do not even have all projects that it refers to.
    tsconfig: false,
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
      const urls = code.replace(/new URL\(\s*'([^']+)',\s*import\.meta\.url\s*\)/g, (_, path) => {
        const target = join(dirname(id), path);
        if (!target.endsWith('.js') || target.startsWith(output + sep)) return urlOf(target);
        const fileName = relative(root, target).replaceAll(sep, '-').replace('-dist-', '-');
        this.emitFile({ type: 'chunk', id: target, fileName });
        return urlOf(join(output, fileName));
      });
      return urls.replaceAll(/(?<!, )import\.meta\.url/g, `${urlOf(id)}.href`);
    },
  };
}

/** As a bundle writes where a file, or a directory that ends in a slash, is. */
function urlOf(path) {
  const place = relative(output, path).split(sep).join('/');
  return `new URL('./${place}${path.endsWith(sep) ? '/' : ''}', import.meta.url)`;
}

const named = process.argv.slice(2);
await bundlePrograms(named.length > 0 ? named : Object.keys(programs));
