/** The bundled programs: what is written about how they are made must hold of those that are there. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { readText, root } from './repository-files.js';

const place = /new URL\("([^"]+)", import\.meta\.url\)/g;

describe('the bundled programs', () => {
  let files: { name: string; text: string }[];
  before(async () => {
    const names = (await readdir(join(root, 'dist'))).filter(name => name.endsWith('.js'));
    files = await Promise.all(names.map(async name => ({ name, text: await readText(`dist/${name}`) })));
  });

  it('are all that are started, with the threads that they start', () => {
    const programs = ['api.js', 'demo.js', 'gridmr.js', 'start.js', 'worker.js'];
    const threads = ['shared-tasks-task-thread-main.js', 'shared-sandbox-program-check-thread.js'];
    expect(files.map(({ name }) => name)).to.include.members([...programs, ...threads]);
  });

  it('point to files that are there', () => {
    const targets = files.flatMap(({ name, text }) =>
      [...text.matchAll(place)].map(([, path = '']) => new URL(path, pathToFileURL(join(root, 'dist', name)))),
    );
    expect(targets).to.have.length.greaterThan(10);
    expect(targets.filter(target => !existsSync(target)).map(String)).to.deep.equal([]);
  });

  it('hold one copy of what several of them share', () => {
    for (const mark of [/\bJobStore = class\b/, /\bGuardedThread = class\b/]) {
      const holders = files.filter(({ text }) => mark.test(text)).map(({ name }) => name);
      expect(holders, String(mark)).to.have.length(1);
    }
  });
});
