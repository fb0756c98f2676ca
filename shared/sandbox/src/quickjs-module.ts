/**
 * The JavaScript engine for user code, compiled once per process. A `WebAssembly.Module` holds no state and can be
 * posted to threads, and V8's optimised code belongs to it, so a fresh instance per attempt costs a millisecond and no warm-up.
 *
 * There are two builds of the same engine: the published one, and one optimised from it at build time
 * (`scripts/build-engine.mjs`). They compute the same, which a corpus of programs proves; the optimised one is used where it is there and
 * was made from the published build that is installed.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from 'zod';
import { type WasmModule, webAssembly } from './web-assembly.js';

const require = createRequire(import.meta.url);
const optimisedDirectory = new URL('../engine/', import.meta.url);
const recipeSchema = z.object({ published_sha256: z.string(), sha256: z.string() });

export type EngineBuild = 'published' | 'optimised';

export interface CompiledEngine {
  readonly build: EngineBuild;
  readonly module: WasmModule;
}

let published: Promise<CompiledEngine> | undefined;
let fastest: Promise<CompiledEngine> | undefined;

/** The fastest build there is, compiled once and shared by all that ask. */
export function compileQuickJs(): Promise<CompiledEngine> {
  fastest ??= compileFastest();
  return fastest;
}

/** The published build, compiled once and shared by all that ask. */
export function compilePublishedQuickJs(): Promise<CompiledEngine> {
  published ??= readFile(publishedPath()).then(bytes => compile('published', bytes));
  return published;
}

async function compileFastest(): Promise<CompiledEngine> {
  const bytes = await readOptimised(optimisedDirectory, await readFile(publishedPath()));
  return bytes === undefined ? compilePublishedQuickJs() : compile('optimised', bytes);
}

/** The optimised build in `directory`; undefined unless it is there, whole, and made from the build `from`. */
export async function readOptimised(directory: URL, from: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const recipe = recipeSchema.parse(JSON.parse(await readFile(new URL('recipe.json', directory), 'utf8')));
    const bytes = await readFile(new URL('quickjs-optimised.wasm', directory));
    return recipe.published_sha256 === sha256(from) && recipe.sha256 === sha256(bytes) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

async function compile(build: EngineBuild, bytes: Uint8Array): Promise<CompiledEngine> {
  return { build, module: await webAssembly.compile(bytes) };
}

/** The engine is a dependency of `quickjs-emscripten`, not of ours: it is resolved from there. */
function publishedPath(): string {
  const requireFromQuickJs = createRequire(require.resolve('quickjs-emscripten'));
  return requireFromQuickJs.resolve('@jitl/quickjs-wasmfile-release-sync/wasm');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
