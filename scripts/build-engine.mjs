/**
 * The engine that runs user code, optimised: the published WebAssembly build of QuickJS is made for size, and Binaryen makes it a third faster
 * and more without a C toolchain. Same imports and exports, same functions and one more, which makes searches faster
 * (`engine/let-searches-skip.mjs`), and a smaller memory to begin with (`engine/begin-small.mjs`). `shared/sandbox` falls back to the
 * published build where this one is missing or was made from another version.
 *
 * Takes about 20 s, once: `engine/recipe.json` says from what, and how, the file beside it was made. Reproducible: the
 * same inputs give the same bytes. `node scripts/build-engine.mjs` builds it by hand.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beginSmall, memoryPages, memoryPagesSection } from './engine/begin-small.mjs';
import { letSearchesSkip } from './engine/let-searches-skip.mjs';
import { root } from './root.mjs';
import { runQuietly } from './run-quietly.mjs';

const directory = join(root, 'shared', 'sandbox', 'engine');
const wasmFile = join(directory, 'quickjs-optimised.wasm');
const recipeFile = join(directory, 'recipe.json');

/** Measured: inlining beyond these sizes grows the file and gains nothing. */
const options = { optimizeLevel: 3, shrinkLevel: 0, alwaysInline: 50, flexibleInline: 100, oneCallerInline: 500 };
/** What the published build uses. All that Binaryen knows would make a module that Node.js 20 refuses. */
const features = [
  'MutableGlobals',
  'BulkMemory',
  'BulkMemoryOpt',
  'SignExt',
  'NontrappingFPToInt',
  'Multivalue',
  'ReferenceTypes',
];

/** The files in `engine/` that say what is changed before it is optimised. */
const changes = ['begin-small.mjs', 'change.mjs', 'let-searches-skip.mjs', 'skip-ahead.wat'];

/** Builds the engine unless it is there. Answers as `runQuietly` does. */
export async function buildEngine() {
  if (isBuilt()) return { ok: true, output: '' };
  console.error('Optimising the engine of the sandbox (once, about 20 s) …');
  return runQuietly(process.execPath, [fileURLToPath(import.meta.url)]);
}

function isBuilt() {
  if (!existsSync(wasmFile) || !existsSync(recipeFile)) return false;
  const { sha256: _, ...made } = JSON.parse(readFileSync(recipeFile, 'utf8'));
  return JSON.stringify(made) === JSON.stringify(recipe());
}

function recipe() {
  const manifest = JSON.parse(readFileSync(join(root, 'node_modules', 'binaryen', 'package.json'), 'utf8'));
  return {
    published_sha256: sha256(readFileSync(publishedPath())),
    binaryen: manifest.version,
    options,
    features,
    changes_sha256: sha256(
      Buffer.concat(changes.map(name => readFileSync(new URL(`engine/${name}`, import.meta.url)))),
    ),
  };
}

/** The engine is a dependency of `quickjs-emscripten`, and resolved from there. */
function publishedPath() {
  const fromSandbox = createRequire(join(root, 'shared', 'sandbox', 'package.json'));
  const fromQuickJs = createRequire(fromSandbox.resolve('quickjs-emscripten'));
  return fromQuickJs.resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
}

async function optimise() {
  const { default: binaryen } = await import('binaryen');
  const published = readFileSync(publishedPath());
  const read = binaryen.readBinary(published);
  read.setFeatures(features.reduce((all, name) => all | binaryen.Features[name], 0));
  const module = binaryen.parseText(beginSmall(letSearchesSkip(read.emitText())));
  module.addCustomSection(memoryPagesSection, Buffer.from(String(memoryPages)));
  module.setFeatures(read.getFeatures());
  binaryen.setOptimizeLevel(options.optimizeLevel);
  binaryen.setShrinkLevel(options.shrinkLevel);
  binaryen.setAlwaysInlineMaxSize(options.alwaysInline);
  binaryen.setFlexibleInlineMaxSize(options.flexibleInline);
  binaryen.setOneCallerInlineMaxSize(options.oneCallerInline);
  module.optimize();
  const optimised = module.emitBinary();
  await expectSameBorder(published, optimised);
  mkdirSync(directory, { recursive: true });
  // The recipe comes last: a file without one does not count.
  rmSync(recipeFile, { force: true });
  replaceFile(wasmFile, optimised);
  replaceFile(recipeFile, `${JSON.stringify({ ...recipe(), sha256: sha256(optimised) }, undefined, 2)}\n`);
}

async function expectSameBorder(published, optimised) {
  const [before, after] = await Promise.all([published, optimised].map(bytes => WebAssembly.compile(bytes)));
  const border = module => [WebAssembly.Module.imports(module), WebAssembly.Module.exports(module)].map(listed).join();
  const listed = entries => entries.map(entry => JSON.stringify(entry)).sort();
  if (border(before) !== border(after)) throw new Error('the optimised engine has other imports or exports');
}

function replaceFile(path, content) {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url) && !isBuilt()) await optimise();
