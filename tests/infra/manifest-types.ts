/**
 * The schemas of the Kubernetes API and of KEDA, as npm has them. Their validation looks at values; whether a field exists at all the compiler of
 * TypeScript knows, by their types.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TemporaryDirectory } from '@gridmr/testkit';
import { root } from './repository-files.js';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: object;
  readonly data?: object;
  readonly stringData?: object;
}

type Model = new (manifest: object) => { validate(): void };

const require = createRequire(import.meta.url);
const run = promisify(execFile);

/** `apps/v1` and `Deployment` → `kubernetes-models/apps/v1/Deployment`. */
function moduleOf({ apiVersion, kind }: Manifest): string {
  const owner = apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models';
  return `${owner}/${apiVersion}/${kind}`;
}

export function typeOf(manifest: Manifest): Model {
  return require(moduleOf(manifest))[manifest.kind];
}

/** What the compiler says of the manifests as literals of their types: nothing, if they have only fields that there are. */
export async function misspeltFields(manifests: readonly Manifest[]): Promise<string> {
  await using directory = await TemporaryDirectory.create('manifests');
  const lines = manifests.map(
    (manifest, i) =>
      `import type { I${manifest.kind} as T${i} } from '${moduleOf(manifest)}';\nexport const m${i}: T${i} = ${JSON.stringify(manifest)};\n`,
  );
  const file = await directory.write('manifests.ts', lines.join(''));
  const paths = { '*': [join(root, 'node_modules', '*')] };
  const compilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    module: 'preserve',
    moduleResolution: 'bundler',
    types: [],
    paths,
  };
  await writeFile(directory.resolve('tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  try {
    await run(join(root, 'node_modules/.bin/tsc'), ['-p', directory.path, '--pretty', 'false']);
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
