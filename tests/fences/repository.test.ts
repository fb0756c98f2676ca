import { expect } from 'chai';
import { fences } from './fences.js';
import { readRepository } from './read-repository.js';
import type { SourceFile } from './source-file.js';

describe('the repository', () => {
  let files: SourceFile[];

  before(async () => {
    files = await readRepository();
  });

  it('is read whole', () => {
    expect(files.length).to.be.greaterThan(100);
    expect(files.map(file => file.path)).to.include.members([
      'package.json',
      'shared/contracts/src/limits.ts',
      'tests/fences/repository.test.ts',
      'scripts/run.mjs',
    ]);
  });

  for (const [promise, rule] of Object.entries(fences)) {
    it(`keeps this: ${promise}`, () => {
      expect(rule(files).join('\n')).to.equal('');
    });
  }
});
