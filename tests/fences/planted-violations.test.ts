import { expect } from 'chai';
import { fences } from './fences.js';
import type { SourceFile } from './source-file.js';

const file = (path: string, text: string): SourceFile => ({ path, text });
const manifest = (path: string, content: object) => file(path, JSON.stringify(content));
const many = (count: number, lines: number) =>
  Array.from({ length: count }, (_, i) => file(`shared/engine/src/file-${i}.ts`, 'x();\n'.repeat(lines)));

/** For each fence: files that break it, and files that come close without breaking it. */
const planted: Record<string, { broken: SourceFile[][]; kept: SourceFile[][] }> = {
  'packages import only those below them': {
    broken: [
      [file('shared/contracts/src/x.ts', "import { z } from '@gridmr/engine';")],
      [file('shared/contracts/src/x.ts', "import express from 'express';")],
      [file('shared/engine/src/x.ts', "import {\n  Queue,\n} from 'bullmq';")],
      [file('shared/engine/src/x.ts', "import type { QuickJSContext } from 'quickjs-emscripten';")],
      [file('shared/storage/src/x.ts', "export * from '@gridmr/engine';")],
      [file('shared/history/src/x.ts', "import { x } from '@gridmr/runtime';")],
      [file('shared/runtime/src/x.ts', "import '@gridmr/testkit';")],
      [file('apps/api/src/x.ts', "import { x } from '@gridmr/worker';")],
      [file('apps/unheard-of/src/x.ts', '')],
    ],
    kept: [
      [file('shared/engine/src/x.ts', "import { x } from '@gridmr/storage';\nimport { y } from 'node:path';")],
      [file('shared/engine/test/x.test.ts', "import { x } from '@gridmr/testkit';")],
      [file('shared/contracts/src/x.ts', "import { z } from 'zod';\nimport { y } from './y.js';")],
    ],
  },
  'packages are entered by their index': {
    broken: [
      [file('shared/engine/src/x.ts', "import { x } from '@gridmr/storage/dist/fs-store.js';")],
      [file('shared/engine/test/x.test.ts', "import { x } from '../../storage/dist/fs-store.js';")],
    ],
    kept: [
      [file('shared/engine/test/x.test.ts', "import { x } from '../dist/merge.js';")],
      [
        manifest('shared/storage/package.json', { exports: { '.': {}, './quick': {} } }),
        file('shared/engine/src/x.ts', "import { x } from '@gridmr/storage/quick';"),
      ],
    ],
  },
  'src imports nothing of tests': {
    broken: [[file('shared/engine/src/x.ts', "import { x } from '../test/x.js';")]],
    kept: [[file('shared/engine/test/x.test.ts', "import { x } from './y.js';")]],
  },
  'every imported library is declared by the package itself': {
    broken: [
      [manifest('shared/engine/package.json', {}), file('shared/engine/src/x.ts', "import { x } from 'pg';")],
      [
        manifest('shared/engine/package.json', { devDependencies: { 'fast-check': '1.0.0' } }),
        file('shared/engine/src/x.ts', "import fc from 'fast-check';"),
      ],
    ],
    kept: [
      [
        manifest('package.json', { devDependencies: { chai: '1.0.0' } }),
        manifest('shared/engine/package.json', { dependencies: { '@scope/lib': '1.0.0' } }),
        file('shared/engine/src/x.ts', "import { x } from '@scope/lib/deep';"),
        file('shared/engine/test/x.test.ts', "import { expect } from 'chai';"),
      ],
    ],
  },
  'files are touched through storage only': {
    broken: [
      [file('shared/engine/src/merge.ts', "import { open } from 'node:fs/promises';")],
      [file('apps/worker/src/x.ts', "import { readFileSync } from 'node:fs';")],
      [file('apps/api/src/x.ts', "import fs from 'fs';")],
    ],
    kept: [
      [file('shared/storage/src/x.ts', "import { open } from 'node:fs/promises';")],
      [file('shared/engine/src/scratch-file.ts', "import { openSync } from 'node:fs';")],
      [file('apps/api/test/x.test.ts', "import { readFile } from 'node:fs/promises';")],
    ],
  },
  'contracts need no Node.js': {
    broken: [[file('shared/contracts/src/x.ts', "import { randomUUID } from 'node:crypto';")]],
    kept: [[file('shared/client/src/x.ts', "import { randomUUID } from 'node:crypto';")]],
  },
  'no file imports itself by way of others': {
    broken: [
      [
        file('shared/engine/src/a.ts', "import { b } from './b.js';"),
        file('shared/engine/src/b.ts', "import { c } from './c/c.js';"),
        file('shared/engine/src/c/c.ts', "export * from '../a.js';"),
      ],
      [file('shared/engine/src/a.ts', "import { a } from './a.js';")],
    ],
    kept: [
      [
        file('shared/engine/src/a.ts', "import { b } from './b.js';\nimport { c } from './c.js';"),
        file('shared/engine/src/b.ts', "import type { a } from './a.js';\nimport { c } from './c.js';"),
        file('shared/engine/src/c.ts', ''),
      ],
    ],
  },
  'what is exported is used': {
    broken: [
      [file('shared/engine/src/x.ts', 'export function unused(): void {}\n')],
      [file('shared/engine/src/x.ts', 'export interface Unused {}\n'), file('shared/engine/src/y.ts', 'used();')],
    ],
    kept: [
      [file('shared/engine/src/x.ts', 'export const used = 1;\n'), file('apps/api/src/y.ts', 'f(used);')],
      [file('shared/engine/src/x.ts', 'export const used = 1;\n'), file('shared/engine/test/y.test.ts', 'f(used);')],
      [file('shared/engine/src/x.ts', 'export type Own = 1;\nconst own: Own = 1;\n')],
    ],
  },
  'names are kebab-case': {
    broken: [
      [file('shared/engine/src/loserTree.ts', '')],
      [file('shared/engine/src/Merge/tree.ts', '')],
      [file('scripts/run_tests.mjs', '')],
    ],
    kept: [[file('shared/engine/test/crc32c.test.ts', ''), file('scripts/run-tests.mjs', '')]],
  },
  'names say what is inside': {
    broken: [
      [file('shared/engine/src/merge-utils.ts', '')],
      [file('shared/engine/src/common/merge.ts', '')],
      [file('apps/api/src/job-manager.ts', '')],
      [file('shared/engine/test/data.ts', '')],
    ],
    kept: [[file('shared/contracts/src/data-path.ts', ''), file('shared/engine/src/commonest-key.ts', '')]],
  },
  'no file is long': {
    broken: [[file('tests/fences/x.test.ts', 'x();\n'.repeat(501))]],
    kept: [[file('tests/fences/x.test.ts', 'x();\n'.repeat(500))]],
  },
  'half of all files are short': {
    broken: [[...many(2, 10), ...many(3, 100)]],
    kept: [[...many(3, 99), ...many(2, 400)]],
  },
  'folders are shallow': {
    broken: [[file('shared/engine/src/a/b/c/x.ts', '')]],
    kept: [[file('shared/engine/src/a/b/x.ts', '')]],
  },
  'nothing has the type any': {
    broken: [
      [file('shared/engine/src/x.ts', 'export function f(x: any) {}')],
      [file('shared/engine/test/x.ts', 'const x = y as any;')],
      [file('shared/engine/src/x.ts', 'const x = new Map<string, any>();')],
      [file('shared/engine/src/x.ts', 'let x: any[] = [];')],
    ],
    kept: [[file('shared/engine/src/x.ts', "// not: any thing\nconst x = 'as any';\nconst many: anything = any;")]],
  },
  'nothing is exported by default': {
    broken: [
      [file('shared/engine/src/x.ts', 'export default class {}')],
      [file('shared/engine/src/x.ts', 'export { x as default };')],
    ],
    kept: [[file('shared/engine/src/x.ts', '// export default\nexport const defaults = 1;')]],
  },
  'nothing is written to the console': {
    broken: [[file('shared/engine/src/x.ts', "  console.log('x');")]],
    kept: [[file('scripts/x.mjs', "console.log('x');"), file('apps/api/src/x.ts', "const x = 'console.log';")]],
  },
  'dependencies are pinned': {
    broken: [
      [manifest('shared/engine/package.json', { dependencies: { pg: '^8.0.0' } })],
      [manifest('tests/package.json', { devDependencies: { pg: '~8.0.0' } })],
      [manifest('package.json', { devDependencies: { pg: 'latest' } })],
    ],
    kept: [[manifest('package.json', { devDependencies: { pg: '8.0.0', next: '1.0.0-rc.1' } })]],
  },
  'the lockfile is in step': {
    broken: [
      [manifest('package.json', {})],
      [
        manifest('package-lock.json', { packages: { 'shared/engine': { dependencies: { pg: '8.0.0' } } } }),
        manifest('shared/engine/package.json', { dependencies: { pg: '8.0.1' } }),
      ],
      [manifest('package-lock.json', { packages: {} }), manifest('apps/new/package.json', {})],
    ],
    kept: [
      [
        manifest('package-lock.json', { packages: { '': { devDependencies: { a: '1.0.0', b: '1.0.0' } } } }),
        manifest('package.json', { devDependencies: { b: '1.0.0', a: '1.0.0' } }),
      ],
    ],
  },
};

describe('a fence', () => {
  it('has planted violations, each of them', () => {
    expect(Object.keys(planted)).to.deep.equal(Object.keys(fences));
  });

  for (const [promise, { broken, kept }] of Object.entries(planted)) {
    it(`sees when it is broken: ${promise}`, () => {
      for (const files of broken) expect(fences[promise]?.(files), JSON.stringify(files)).to.have.length.at.least(1);
    });

    it(`lets pass what only comes close: ${promise}`, () => {
      for (const files of kept) expect(fences[promise]?.(files)).to.deep.equal([]);
    });
  }
});
